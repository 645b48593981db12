import { readBlocks } from './page-blocks';

const PAGE = `# Page

\`\`\`sh
one
  two
\`\`\`

## Part

\`\`\`json
{"not": "for the shell"}
\`\`\`

<!-- not here: these are yours -->
\`\`\`sh
# no heading
three
\`\`\`

<!-- not here: too far above -->

\`\`\`sh
four
\`\`\`
`;

test('the blocks for the shell are read with their headings, and with why they are not run', () => {
  expect(readBlocks(PAGE)).toEqual([
    { heading: 'Page', script: 'one\n  two' },
    { heading: 'Part', script: '# no heading\nthree', notHere: 'these are yours' },
    { heading: 'Part', script: 'four' },
  ]);
});

test('fails on a block that does not end', () => {
  expect(() => readBlocks('# Page\n```sh\none\n')).toThrow('the block below "Page" does not end');
});
