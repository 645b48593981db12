import type { HttpClient } from 'isomorphic-git';
import { requireBoundedPack } from './pack-size';

/**
 * Hands an answer on only when what it packs is bounded.
 *
 * @param http a client that bounds the answers themselves
 */
export function boundedPacks(http: HttpClient, limitBytes: number): HttpClient {
  return {
    async request(request) {
      const response = await http.request(request);
      if (request.method !== 'POST') {
        return response;
      }
      const pieces: Uint8Array[] = [];
      for await (const piece of response.body ?? []) {
        pieces.push(piece);
      }
      const answer = Buffer.concat(pieces);
      requireBoundedPack(answer, limitBytes);
      return { ...response, body: once(answer) };
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
