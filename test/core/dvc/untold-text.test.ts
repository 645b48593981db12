import { readProject } from '../../../core/dvc/project';

const REMOTE = 's3://bucket/dvc';
const MD5 = '0cc175b9c0f1b6a831c399e269772661';
const SECRET = 'glpat-0123456789abcdef';
const ADDRESS = `https://user:${SECRET}@host.example.com/x?sig=a;b,${SECRET}`;
const SETTINGS = `[core]\nremote = storage\n['remote "storage"']\nurl = ${REMOTE}\n`;
const METAFILE = `outs:\n- md5: ${MD5}\n  hash: md5\n  path: a\n`;

function explanationOf(files: Record<string, string>): string {
  const project = { files: new Map(Object.entries({ '.dvc/config': SETTINGS, 'a.dvc': METAFILE, ...files })) };
  const read = readProject({ ...project, unreadable: [] }, REMOTE, () => false);
  const explanation = read.kind === 'unresolved' ? read.explanation : read.disagreement?.explanation;
  if (explanation === undefined) {
    throw new Error('nothing was wrong, so nothing was explained');
  }
  expect(read.kind === 'unresolved' ? [] : JSON.stringify(read.datasets)).not.toContain(SECRET);
  return explanation;
}

const lock = (pipeline: string) => ({
  'dvc.lock': `schema: '2.0'\nstages:\n  s:\n    outs:\n    - {path: b, md5: ${MD5}, hash: md5}\n`,
  'dvc.yaml': pipeline,
});

test.each<[where: string, files: Record<string, string>, says: RegExp]>([
  ['the address of a remote', { '.dvc/config': SETTINGS.replace(REMOTE, ADDRESS) }, /elsewhere than .*s3:\/\/bucket/],
  ['an address as scp writes it', { '.dvc/config': SETTINGS.replace(REMOTE, `u:${SECRET}@h:x`) }, /elsewhere/],
  ['the name of a remote', { '.dvc/config': SETTINGS.replaceAll('storage', SECRET).replace(REMOTE, 'x') }, /elsewhere/],
  ['the name of a remote that is not there', { '.dvc/config': `[core]\nremote = ${SECRET}\n` }, /no settings/],
  ['a line of settings', { '.dvc/config': `${SETTINGS}password ${SECRET}\n` }, /config, line 5:/],
  ['a doubled setting', { '.dvc/config': `${SETTINGS}password = x\npassword = ${SECRET}\n` }, /config, line 6:/],
  [
    'a doubled key',
    { 'a.dvc': `${METAFILE}desc: x\ndesc: ${SECRET}\n` },
    /a\.dvc is no plain YAML: duplicate key in line 6/,
  ],
  ['a text without an end', { 'a.dvc': `${METAFILE}desc: "${SECRET}\n` }, /a\.dvc is no plain YAML: .* in line/],
  ['a line that is no key', { 'a.dvc': `${METAFILE}${SECRET}\n` }, /a\.dvc is no plain YAML: .* in line/],
  ['an output at an address', { 'a.dvc': METAFILE.replace('path: a', `path: '${ADDRESS}'`) }, /names an address/],
  ['a working directory at an address', { 'a.dvc': `wdir: '${ADDRESS}'\n${METAFILE}` }, /names an address/],
  ['a working directory of a stage', lock(`stages: {s: {wdir: '${ADDRESS}', outs: [b]}}\n`), /names an address/],
  [
    'the remote of an output',
    { 'a.dvc': METAFILE.replace('path: a', `path: a\n  remote: ${SECRET}`) },
    /another remote/,
  ],
  [
    'an import',
    { 'a.dvc': `deps:\n- path: x\n  repo: {url: '${ADDRESS}', rev_lock: ${'a'.repeat(40)}}\n${METAFILE}` },
    /imports from another repository/,
  ],
  ['a number in quotes', { 'a.dvc': `${METAFILE}frozen: "${SECRET}"\n` }, /leave out the quotes/],
  ['a text that looks like a date', { 'a.dvc': `${METAFILE}wdir: 2026-01-01 ${SECRET}\n` }, /put it in quotes/],
  ['the kind of hash', { 'a.dvc': METAFILE.replace('hash: md5', `hash: ${SECRET}`) }, /another hash than md5/],
  ['values that are no values', { 'a.dvc': `${METAFILE}frozen: ${SECRET}\nwdir: [${SECRET}]\n` }, /no \.dvc file/],
])('what stands in %s is not explained by repeating it', (_where, files, says) => {
  const explanation = explanationOf(files);
  expect(explanation).toMatch(says);
  expect(explanation).not.toContain(SECRET);
});
