import { readProject } from '../../../core/dvc/project';
import { isProjectFile } from '../../../core/dvc/project-paths';

const MD5 = '14b2c53346e4c151581173b95270ebf2';
const OTHER = '0cc175b9c0f1b6a831c399e269772661';
const REMOTE = 's3://bucket/dvc';
const SETTINGS = `[core]\n    remote = storage\n['remote "storage"']\n    url = ${REMOTE}\n`;
const OURS = 'https://git.example.com/team/data.git';

const metafile = (path: string, md5 = MD5, more = '') => `outs:\n- md5: ${md5}\n  hash: md5\n  path: ${path}\n${more}`;
const lock = (path: string, md5 = MD5) =>
  `schema: '2.0'\nstages:\n  prep:\n    cmd: x\n    outs:\n    - path: ${path}\n      hash: md5\n      md5: ${md5}\n      size: 3\n`;
const pipeline = (...outs: string[]) =>
  `stages:\n  prep:\n    cmd: x\n    outs:\n${outs.map((out) => `    - ${out}\n`).join('')}`;

function read(files: Record<string, string>, unreadable: string[] = []) {
  const project = { files: new Map(Object.entries({ '.dvc/config': SETTINGS, ...files })), unreadable };
  return readProject(project, REMOTE, (repository) => repository === OURS);
}

const conflictOf = (files: Record<string, string>) => {
  const project = read(files);
  return project.kind === 'datasets' ? project.disagreement?.reason : project.reason;
};

test.each([
  ['a.dvc', true],
  ['x/a.dvc', true],
  ['x/dvc.lock', true],
  ['dvc.yaml', true],
  ['.dvc/config', true],
  ['x/.dvc/config.local', true],
  ['.dvc/cache.dvc', false],
  ['.dvc/tmp/config', false],
  ['config', false],
  ['dvc.lock.txt', false],
])('%s belongs to what is read of a project: %s', (path, belongs) => {
  expect(isProjectFile(path)).toBe(belongs);
});

test('the datasets of .dvc files and of a dvc.lock are found', () => {
  expect(read({ 'a.dvc': metafile('a'), 'x/dvc.lock': lock('b', OTHER), 'x/dvc.yaml': pipeline('b') })).toEqual({
    kind: 'datasets',
    datasets: [
      { path: 'a', md5: MD5 },
      { path: 'x/b', md5: OTHER, sizeBytes: 3 },
    ],
    disagreement: undefined,
    notCompared: [],
  });
});

test('one path with one address in two files is one dataset, with all that is known of it', () => {
  expect(read({ 'a.dvc': metafile('a'), 'dvc.lock': lock('a'), 'dvc.yaml': pipeline('a') })).toMatchObject({
    datasets: [{ path: 'a', md5: MD5, sizeBytes: 3 }],
    disagreement: undefined,
  });
});

test.each([
  ['differ in the address', { 'a.dvc': metafile('a'), 'dvc.lock': lock('a', OTHER), 'dvc.yaml': pipeline('a') }],
  [
    'differ in the size',
    { 'a.dvc': metafile('a', MD5, '  size: 4\n'), 'dvc.lock': lock('a'), 'dvc.yaml': pipeline('a') },
  ],
  ['are .dvc files both', { 'a.dvc': metafile('a'), 'b.dvc': metafile('a', OTHER) }],
  ['lie inside one another', { 'a.dvc': metafile('a'), 'a-b.dvc': metafile('a-b'), 'x.dvc': metafile('a/b') }],
])('two files that %s disagree', (_what, files) => {
  expect(conflictOf(files)).toBe('metafiles-disagree');
});

test('control: neighbours whose names begin alike do not disagree', () => {
  expect(conflictOf({ 'a.dvc': metafile('a'), 'ab.dvc': metafile('ab', OTHER) })).toBeUndefined();
});

describe('the outputs of a dvc.lock', () => {
  const outcome = (yaml: string | undefined) => {
    const project = read({ 'a.dvc': metafile('a'), 'dvc.lock': lock('b'), ...(yaml ? { 'dvc.yaml': yaml } : {}) });
    if (project.kind !== 'datasets') {
      throw new Error(project.explanation);
    }
    return [project.datasets.map(({ path }) => path), project.notCompared, project.disagreement?.reason];
  };

  test.each([
    ['are datasets where the dvc.yaml names them', pipeline('b')],
    ['are datasets where it gives them no other place', pipeline('b: {persist: true}')],
    ['are datasets as metrics too', 'stages:\n  prep:\n    metrics:\n    - b\n'],
    ['are datasets as plots with several axes too', 'stages:\n  prep:\n    plots:\n    - b:\n      - x: 1\n'],
  ])('%s', (_what, yaml) => {
    expect(outcome(yaml)).toEqual([['a', 'b'], [], undefined]);
  });

  test.each([
    ['are in no remote', pipeline('b: {cache: false}'), 'uncached-output'],
    ['are not pushed', pipeline('b: {push: false}'), 'uncached-output'],
    ['are not in the dvc.yaml', pipeline('c'), 'dvc-lock'],
    ['are made from a template', pipeline(`'$\{item}'`), 'dvc-lock'],
    ['belong to a stage that is gone', 'stages: {}', 'dvc-lock'],
    ['have no dvc.yaml', undefined, 'dvc-lock'],
    ['have one that uses anchors', `x: &a b\n${pipeline('*a')}`, 'dvc-lock'],
  ])('are listed as not compared where they %s', (_what, yaml, item) => {
    expect(outcome(yaml)).toEqual([['a'], [item], undefined]);
  });

  test('are looked for in the working directory of their stage', () => {
    expect(outcome('stages:\n  prep:\n    wdir: sub\n    outs:\n    - b\n')[0]).toEqual(['a', 'sub/b']);
  });

  test('are those of one item where a stage has several', () => {
    const text = lock('b').replace('prep:', 'prep@one:');
    const yaml = 'stages:\n  prep:\n    foreach: [one]\n    do:\n      outs:\n      - b\n';
    expect(read({ 'dvc.lock': text, 'dvc.yaml': yaml })).toMatchObject({ datasets: [{ path: 'b' }] });
  });

  test('conflict where they are in another remote', () => {
    expect(outcome(pipeline('b: {remote: elsewhere}'))[2]).toBe('remote-differs');
  });
});

test.each([
  ["schema: '1.0'\n", 'another schema'],
  ['prep:\n  outs: []\n', 'the form of old'],
  ["schema: '2.0'\nstages: {prep: {outs: [{path: a, md5: x}]}}\n", 'a digest that is none'],
])('fails on a dvc.lock of %j', (text) => {
  expect(read({ 'dvc.lock': text })).toMatchObject({ kind: 'unresolved', reason: 'dataset-malformed' });
});

test('hyperparameters may have any name and kind of value', () => {
  const text = `${lock('a')}    params:\n      params.yaml:\n        path: 1e5\n        size: "5"\n`;
  expect(read({ 'dvc.lock': text, 'dvc.yaml': pipeline('a') })).toMatchObject({ datasets: [{ path: 'a' }] });
});

describe('the DVC settings', () => {
  const withSettings = (text: string, more: Record<string, string> = {}) =>
    conflictOf({ 'a.dvc': metafile('a'), '.dvc/config': text, ...more });

  test.each([
    ['as DVC writes them', SETTINGS],
    ['with a slash behind the url', SETTINGS.replace(REMOTE, `${REMOTE}/`)],
    [
      'with comments and quotes',
      `# x\n[core] # x\nremote = "storage" # x\n['remote "storage"']\nurl = '${REMOTE}' # x\n`,
    ],
    ['with names in capitals', SETTINGS.replace('remote = storage', 'Remote = STORAGE').replace('url', 'URL')],
    ['without a default, but one remote', `['remote "storage"']\nurl = ${REMOTE}\n`],
    ['with another remote beside', `${SETTINGS}['remote "b"']\nurl = s3://other/x\n`],
    ['with version_aware switched off', `${SETTINGS}    version_aware = false\n`],
  ])('agree %s', (_what, text) => {
    expect(withSettings(text)).toBeUndefined();
  });

  test.each([
    ['another bucket', SETTINGS.replace(REMOTE, 's3://other/dvc')],
    ['another prefix', SETTINGS.replace(REMOTE, `${REMOTE}2`)],
    ['another service', SETTINGS.replace(REMOTE, '/mnt/dvc')],
    ['a remote that is not there', '[core]\nremote = storage\n'],
    ['a remote without a url', `[core]\nremote = storage\n['remote "storage"']\nregion = x\n`],
    ['an endpoint of its own', `${SETTINGS}    endpointurl = https://evil.example.com\n`],
    ['keeping versions instead of contents', `${SETTINGS}    version_aware = true\n`],
    ['one of several, without a default', `['remote "a"']\nurl = ${REMOTE}\n['remote "b"']\nurl = s3://other/x\n`],
  ])('conflict when they name %s', (_what, text) => {
    expect(withSettings(text)).toBe('remote-differs');
  });

  test('conflict in any folder of the repository', () => {
    expect(withSettings(SETTINGS, { 'x/.dvc/config': SETTINGS.replace(REMOTE, 's3://other/dvc') })).toBe(
      'remote-differs',
    );
  });

  test('conflict when local ones are in Git', () => {
    expect(withSettings(SETTINGS, { '.dvc/config.local': '' })).toBe('remote-differs');
  });

  test('that name no remote are not compared', () => {
    expect(read({ 'a.dvc': metafile('a'), '.dvc/config': '[core]\nanalytics = false\n' })).toMatchObject({
      disagreement: undefined,
      notCompared: ['dvc-config'],
    });
  });

  test.each([
    ['a section twice', `${SETTINGS}[core]\nremote = other\n`],
    ['a setting twice', `${SETTINGS}    url = s3://other/x\n`],
    ['a setting twice in capitals', `${SETTINGS}    URL = s3://other/x\n`],
    ['a value of several lines', `${SETTINGS}    x = '''a\nb'''\n`],
    ['a value filled in from elsewhere', SETTINGS.replace(REMOTE, '%(x)s')],
    ['a section in a section', `${SETTINGS}[[sub]]\nurl = s3://other/x\n`],
    ['a setting before any section', `url = x\n${SETTINGS}`],
    ['a line that is no setting', `${SETTINGS}what\n`],
  ])('fail with %s', (_what, text) => {
    expect(withSettings(text)).toBe('dataset-malformed');
  });
});

test('an output in a remote of another name agrees when that is the platform’s too', () => {
  const settings = `${SETTINGS}['remote "same"']\nurl = ${REMOTE}\n['remote "other"']\nurl = s3://other/x\n`;
  const reading = (name: string) =>
    conflictOf({ '.dvc/config': settings, 'a.dvc': metafile('a', MD5, `  remote: ${name}\n`) });
  expect(reading('same')).toBeUndefined();
  expect(reading('other')).toBe('remote-differs');
  expect(reading('nowhere')).toBe('remote-differs');
});

describe('an import', () => {
  const imported = (url: string, more = '') =>
    read({
      'a.dvc': `deps:\n- path: x\n  repo: {url: '${url}', rev_lock: ${'a'.repeat(40)}${more}}\n${metafile('a')}`,
    });

  test('from an allowed repository is a dataset that says where it came from', () => {
    expect(imported(OURS)).toMatchObject({
      datasets: [{ path: 'a', md5: MD5, importedFrom: { repository: OURS, commit: 'a'.repeat(40) } }],
      notCompared: ['import-source'],
      disagreement: undefined,
    });
  });

  test.each(['https://evil.example.com/a/b.git', 'git@git.example.com:team/data.git', '../other', 'file:///etc'])(
    'from %s is not taken',
    (url) => {
      expect(imported(url)).toMatchObject({ kind: 'unresolved', reason: 'import-not-allowed' });
    },
  );

  test('with a remote of its own is a conflict', () => {
    expect(imported(OURS, ', remote: x')).toMatchObject({ disagreement: { reason: 'remote-differs' } });
  });

  test('of an address is a dataset whose source is not compared', () => {
    expect(read({ 'a.dvc': `deps:\n- path: s3://x/y\n  etag: x\n${metafile('a')}` })).toMatchObject({
      datasets: [{ path: 'a' }],
      notCompared: ['import-source'],
    });
  });
});

test('a commit without an output in the remote has no dataset', () => {
  expect(read({})).toMatchObject({ reason: 'dataset-not-found' });
  expect(read({ 'a.dvc': metafile('a', MD5, '  cache: false\n') })).toMatchObject({ reason: 'dataset-not-found' });
});

test.each([
  ['a .dvc file that is a symbolic link', {}, ['a.dvc']],
  ['a path with a line end', { 'a\nb.dvc': metafile('a') }, []],
  ['a path that is very long', { [`${'a/'.repeat(600)}b.dvc`]: metafile('a') }, []],
])('%s leaves the commit unresolved', (_what, files, unreadable) => {
  const project = read(files, unreadable);
  expect(project).toMatchObject({ kind: 'unresolved', reason: 'dataset-malformed' });
  expect(JSON.stringify(project).length).toBeLessThan(1000);
});
