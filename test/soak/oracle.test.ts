import { readProjectFile } from '../project-files';

// both would be wrong in the same way.
test('the oracle and the plan take nothing from what is tested', () => {
  for (const file of ['oracle', 'plan', 'random']) {
    const imports = [...readProjectFile(`test/soak/${file}.ts`).matchAll(/from '([^']+)'/g)].map(([, from]) => from);
    expect(imports.filter((from) => !/^\.\/(plan|random)$/.test(from ?? ''))).toEqual([]);
  }
});
