import { contract } from '../contract';
import { chainAbove, chainPrefix } from '../evidence/chain-key';
import type { IncarnationChain } from '../evidence/find-chains';
import type { Kind } from '../evidence/incarnation';
import type { Estate } from './estate';
import type { Page } from './phase';
import { isInWindow, type Window } from './walk';

// sorts after the name of every statement in a chain.
const AFTER_STATEMENTS = '~';

/**
 * A page of the chains about things of one kind that were made while the walk looks, in the order of the store.
 *
 * @param after the prefix of the last chain of the page before
 */
export async function chainPage(
  kind: Kind,
  window: Window,
  { platform, reader }: Estate,
  after = '',
): Promise<Page<IncarnationChain>> {
  const items: IncarnationChain[] = [];
  let last = after;
  const begin = after === '' ? undefined : `${after}${AFTER_STATEMENTS}`;
  for await (const { key } of reader.versions(`${platform}/${kind}/`, begin)) {
    const chain = chainAbove(key);
    const prefix = chain && chainPrefix(chain);
    // what lies in no chain, the checkpoint finds.
    if (!chain || !('createdAt' in chain) || prefix === undefined || prefix <= last) {
      continue;
    }
    if (items.length === contract.limits.walkChainsPerPage) {
      return { items, next: last };
    }
    last = prefix;
    if (isInWindow(new Date(chain.createdAt), window)) {
      items.push(chain);
    }
  }
  return { items };
}
