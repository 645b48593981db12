import type { Estate } from './estate';
import type { Finding } from './gap';
import type { Walk } from './walk';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** where the next page begins; absent at the end. */
  readonly next?: string | undefined;
}

/**
 * One kind of thing that a walk looks at.
 */
export interface Phase<Item> {
  list(walk: Walk, estate: Estate): Promise<Page<Item>>;
  /** by which a thing is found again on its page. */
  key(item: Item): string;
  look(item: Item, walk: Walk, estate: Estate): Promise<Finding>;
}
