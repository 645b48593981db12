import { sectionOf, withSection } from '../../bench/page-section';

const PAGE = '# Page\n\nintroduction\n\n## One\n\nfirst\n\n## Two\n\nsecond\n';

test('a section takes the place of the one with its heading, and nothing else changes', () => {
  expect(withSection(PAGE, '## One\n\nnew\n')).toBe(PAGE.replace('first', 'new'));
  expect(withSection(PAGE, '## Two\n\nnew\n\n')).toBe(PAGE.replace('second', 'new'));
});

test('a section with another heading comes at the end', () => {
  expect(withSection(PAGE, '## Three\n\nthird\n')).toBe(`${PAGE}\n## Three\n\nthird\n`);
});

test('a section is found again as it was put', () => {
  const section = '## Three\n\nthird\n\n### below\n\nmore\n';
  expect(sectionOf(withSection(PAGE, section), '## Three')).toBe(section);
  expect(sectionOf(withSection(PAGE, '## One\n\nnew\n'), '## One')?.trimEnd()).toBe('## One\n\nnew');
  expect(sectionOf(PAGE, '## Three')).toBeUndefined();
});
