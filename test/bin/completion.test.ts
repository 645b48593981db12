import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { bashCompletion } from '../../bin/completion-bash';
import { addCompletion } from '../../bin/completion-command';
import { fishCompletion } from '../../bin/completion-fish';
import { completionTree, type Meanings } from '../../bin/completion-tree';
import { zshCompletion } from '../../bin/completion-zsh';
import { addRedrive } from '../../bin/redrive-command';
import { addTrace } from '../../bin/trace-command';

const MEANINGS: Meanings = {
  folder: { kind: 'folders' },
  file: { kind: 'files' },
  kind: { kind: 'words', words: ['job', 'endpoint'] },
  subject: { kind: 'beginnings', words: ['endpoint/', 'models:/', 's3://'] },
};

/** A program with everything that a script has to deal with: commands below commands, and names that come twice. */
function defineProgram(): Command {
  const program = new Command('ml-lineage').version('1');
  program
    .command('trace')
    .description("says what's what: a chain")
    .argument('<subject>')
    .option('--json', 'for machines');
  program.command('verify').argument('<subject>').option('--sample <count>', 'how many');
  const evidence = program.command('evidence');
  evidence.command('verify').option('--kind <kind>', 'of this kind').option('--from <folder>').option('--place <file>');
  evidence.command('export');
  return program;
}

const tree = completionTree(defineProgram(), MEANINGS);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  mkdirSync(join(folder, 'a folder'));
  writeFileSync(join(folder, 'a file'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const CASES: readonly [line: string, words: readonly string[]][] = [
  ['ml-lineage ', ['evidence', 'trace', 'verify']],
  ['ml-lineage e', ['evidence']],
  ['ml-lineage --', ['--help', '--version']],
  ['ml-lineage evidence ', ['export', 'verify']],
  ['ml-lineage evidence verify', ['verify']],
  ['ml-lineage evidence verify --', ['--from', '--help', '--kind', '--place']],
  ['ml-lineage verify --', ['--help', '--sample']],
  ['ml-lineage verify --sample ', []],
  ['ml-lineage evidence verify --kind e', ['endpoint']],
  ['ml-lineage trace ', ['endpoint/', 'models:/', 's3://']],
  ['ml-lineage trace e', ['endpoint/']],
  ['ml-lineage trace x --j', ['--json']],
  ['ml-lineage evidence export x', []],
];

/** What bash itself offers behind a line, in a shell that knows nothing but the script. */
function bashOffers(line: string): string[] {
  const script = `${bashCompletion('ml-lineage', tree)}
COMP_LINE=$1 COMP_POINT=\${#1}
_ml_lineage
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '--noprofile', '-c', script, 'bash', line], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean).sort();
}

test.each(CASES)('bash completes %j', (line, words) => {
  expect(bashOffers(line)).toEqual(words);
});

test('bash completes what is behind a colon, at which it takes words apart', () => {
  expect(bashOffers('ml-lineage trace models:')).toEqual(['/']);
  expect(bashOffers('ml-lineage trace s3:')).toEqual(['//']);
});

test('bash completes folders and files, also with spaces in their names', () => {
  expect(bashOffers('ml-lineage evidence verify --from ')).toEqual(['a folder']);
  expect(bashOffers('ml-lineage evidence verify --place a')).toEqual(['a file', 'a folder']);
});

test('bash takes the script as what completes the command', () => {
  const script = `${bashCompletion('ml-lineage', tree)}\ncomplete -p ml-lineage`;
  expect(execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })).toBe(
    'complete -F _ml_lineage ml-lineage\n',
  );
});

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const ifThere = (shell: string) => (has(shell) ? test : test.skip);

ifThere('fish').each(CASES)('fish completes %j', (line, words) => {
  const script = `${fishCompletion('ml-lineage', tree)}\ncomplete -C ${JSON.stringify(line)}`;
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], { cwd: folder, encoding: 'utf8' });
  const offered = stdout
    .split('\n')
    .filter(Boolean)
    .map((one) => one.split('\t')[0]);
  expect([stderr, [...new Set(offered)].sort()]).toEqual(['', words]);
});

/** What the script hands to zsh's own builtins, which only work while somebody types. */
function zshOffers(line: string): string[] {
  const script = `compdef() { :; }
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@"; }
_describe() { print -l -- "\${(@)\${(@P)argv[-1]}%%:*}"; }
${zshCompletion('ml-lineage', tree)}
words=("\${(@s: :)1}") CURRENT=\${#words} PREFIX=\${words[-1]}
_ml-lineage`;
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script, 'zsh', line], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  const typed = line.split(' ').at(-1) ?? '';
  return stdout
    .split('\n')
    .filter((one) => one !== '' && one.startsWith(typed))
    .sort();
}

ifThere('zsh').each(CASES)('zsh completes %j', (line, words) => {
  expect(zshOffers(line)).toEqual(words);
});

ifThere('zsh')('zsh takes the script as what completes the command', () => {
  const script = `autoload -U compinit; compinit -D -u; ${zshCompletion('ml-lineage', tree)}; print $_comps[ml-lineage]`;
  expect(execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8' })).toBe('_ml-lineage\n');
});

test('each script knows all verbs, options and subjects, without one being listed by hand', () => {
  const program = new Command('ml-lineage');
  addTrace(program);
  addRedrive(program);
  addCompletion(program);
  const said: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  for (const shell of ['bash', 'zsh', 'fish']) {
    program.parse(['completion', shell], { from: 'user' });
  }
  write.mockRestore();
  expect(said).toHaveLength(3);
  for (const script of said) {
    for (const word of [
      'trace',
      'redrive',
      'completion',
      'forward',
      'queue',
      'derivation',
      'git-refused',
      'models:/',
    ]) {
      expect(script).toContain(word);
    }
  }
});

test('fails on another shell, without repeating what would be harmful in a terminal', () => {
  const program = new Command('ml-lineage').exitOverride().configureOutput({ writeErr: () => undefined });
  addCompletion(program);
  program.commands[0]?.exitOverride().configureOutput({ writeErr: () => undefined });
  expect(() => program.parse(['completion', 'csh\u001b'], { from: 'user' })).toThrow(
    '<shell> must be one of bash, zsh, fish, got "csh\\u001b"',
  );
});
