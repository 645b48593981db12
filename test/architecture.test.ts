import { dirname, join, normalize } from 'node:path';
import { projectFiles, readProjectFile } from './project-files';

/**
 * Who may import whom, as docs/architecture.md says it. A room that is not here may not exist.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  lib: ['lib'],
  core: ['core', 'lib/private/contract.json'],
  lambda: ['lambda', 'core', 'package.json'],
  bin: ['bin', 'core', 'lib', 'package.json'],
  examples: ['examples', 'lib'],
  sandbox: ['sandbox', 'core', 'scripts'],
  bench: ['bench', 'core', 'sandbox'],
  test: ['test', 'lib', 'core', 'lambda', 'bin', 'examples', 'sandbox', 'bench', 'scripts', 'package.json'],
};

/**
 * The rooms of core/ that are pure: they say what lineage is, and know no service.
 */
const WITHOUT_CLIENTS = ['core/chain', 'core/dvc', 'core/evidence', 'core/records', 'core/trace'];
const CLIENT = /^(@aws-sdk\/|@smithy\/|isomorphic-git|node:https?$)/;

interface Import {
  readonly from: string;
  readonly target: string;
}

function importsOf(file: string): Import[] {
  const specifiers = [
    ...readProjectFile(file).matchAll(/^(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'/gms),
    ...readProjectFile(file).matchAll(/\b(?:require|import)\('([^']+)'\)/g),
  ].map(([, specifier]) => specifier ?? '');
  return specifiers.map((specifier) => ({
    from: file,
    target: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
  }));
}

const isOurs = ({ target }: Import) => projectRooms.some((room) => target === room || target.startsWith(`${room}/`));
const projectRooms = [...Object.keys(MAY_IMPORT), 'package.json', 'scripts'];
const imports = projectFiles('*.ts')
  .filter((file) => file.includes('/'))
  .flatMap(importsOf);

test('every room with TypeScript in it is one that the architecture names', () => {
  const rooms = new Set(
    projectFiles('*.ts')
      .filter((file) => file.includes('/'))
      .map((file) => file.split('/')[0]),
  );
  expect([...rooms].filter((room) => !(room && room in MAY_IMPORT))).toEqual([]);
});

test.each(Object.entries(MAY_IMPORT))('%s imports only what it may', (room, allowed) => {
  const broken = imports
    .filter(({ from }) => from.startsWith(`${room}/`))
    .filter(isOurs)
    .filter(({ target }) => !allowed.some((prefix) => target === prefix || target.startsWith(`${prefix}/`)));
  expect(broken).toEqual([]);
});

test('the pure rooms of core import no client of any service', () => {
  const pure = imports.filter(({ from }) => WITHOUT_CLIENTS.some((room) => from.startsWith(`${room}/`)));
  expect(pure.length).toBeGreaterThan(0);
  expect(pure.filter(({ target }) => CLIENT.test(target))).toEqual([]);
});

test('core and the functions know nothing of the CDK', () => {
  const broken = imports.filter(
    ({ from, target }) => /^(core|lambda)\//.test(from) && /^(aws-cdk-lib|constructs)/.test(target),
  );
  expect(broken).toEqual([]);
});

test('control: an import that is not allowed would be found', () => {
  const found = imports.filter(({ from, target }) => from.startsWith('lambda/') && target.startsWith('core/'));
  expect(found.length).toBeGreaterThan(0);
});

test('docs/architecture.md names every room and what it may import', () => {
  const text = readProjectFile('docs/architecture.md');
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    const others = allowed.filter((other) => other !== room);
    const row = `| \`${room}/\` | ${others.length > 0 ? others.map((other) => `\`${other}\``).join(', ') : 'nothing of ours'} |`;
    expect(text).toContain(row);
  }
});
