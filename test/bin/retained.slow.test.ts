import { KEPT_TYPES } from '../../bin/retained-text';
import { CONSTRUCTS, templateOf } from '../lib/definition';

test('every type that a platform keeps can be imported and deleted', () => {
  const { Resources } = templateOf(CONSTRUCTS.LineagePlatform as never).toJSON();
  const kept = Object.values(Resources as Record<string, { Type: string; DeletionPolicy?: string }>).flatMap(
    ({ Type, DeletionPolicy }) => (DeletionPolicy === 'Retain' ? [Type] : []),
  );
  expect([...new Set(kept)].filter((type) => !(type in KEPT_TYPES))).toEqual([]);
});
