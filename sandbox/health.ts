import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const ANSWER_MILLISECONDS = 5_000;

/** Asks a process whether it is ready. No answer is an answer: not yet. */
export function isHealthy(port: number, authorityFile: string, signal?: AbortSignal): Promise<boolean> {
  const ca = readFileSync(authorityFile);
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/_sandbox/health', ca, agent: false, timeout: ANSWER_MILLISECONDS, signal },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode === 200));
        response.on('error', () => resolve(false));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
