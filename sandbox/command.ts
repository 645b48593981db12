import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlreadyUp, Sandbox, type SandboxStatus } from './instance';

const USAGE = `usage: npm run sandbox -- VERB [NAME]
  up       start a local AWS that goes on until it is told to go down
  status   say what runs, where, and how to use it (exit code 0 up, 1 anything else)
  down     end it and all it started; its logs stay until the next up
  reset    make it empty again, at the same addresses; start it if it is down
NAME is "default" if it is not given.`;

const USAGE_EXIT_CODE = 64;
const DEFAULT_NAME = 'default';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** A file to be read by a shell, which makes every client of that shell one of this sandbox. */
function writeShellFile(sandbox: Sandbox): string {
  const file = join(sandbox.directory, 'environment.sh');
  const exports = { ...sandbox.environment(), SANDBOX_GIT_TOKEN: sandbox.gitToken };
  const lines = Object.entries(exports).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`);
  mkdirSync(sandbox.directory, { recursive: true });
  // a profile or session of another account would win over the keys.
  const text = ['unset AWS_PROFILE AWS_SESSION_TOKEN', ...lines, ''].join('\n');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function describe(sandbox: Sandbox): string {
  const { aws, sagemaker, mlflow, git } = sandbox.endpoints;
  return `  AWS        ${aws}   (account ${sandbox.account}, region ${sandbox.region})
  SageMaker  ${sagemaker}
  MLflow     ${mlflow}
  Git        ${git}/OWNER/NAME.git   (any user name; the password is SANDBOX_GIT_TOKEN)

To use it from this shell (aws, boto3, cdk, dvc, mlflow, git; the shell then trusts the sandbox's certificate only):
  . ${writeShellFile(sandbox)}
  aws s3 ls`;
}

function describeProcesses({ processes }: SandboxStatus): string {
  return processes
    .map(({ name, running, healthy, pid, log }) => {
      const condition = healthy ? 'running' : running ? 'running, does not answer' : 'not running';
      return `  ${name.padEnd(10)} ${condition}${running ? ` (process ${pid})` : ''}, log ${log}`;
    })
    .join('\n');
}

async function start(name: string): Promise<void> {
  const begin = Date.now();
  const starting = Sandbox.start({ name, detached: true });
  const abandon = () => {
    // what is half up would go on without anybody who knows of it.
    void Sandbox.end(name).finally(() => process.exit(1));
  };
  process.once('SIGINT', abandon);
  process.once('SIGTERM', abandon);
  const sandbox = await starting;
  process.off('SIGINT', abandon);
  process.off('SIGTERM', abandon);
  say(`The sandbox ${name} is up (${((Date.now() - begin) / 1000).toFixed(1)} s).\n${describe(sandbox)}`);
}

async function up(name: string): Promise<number> {
  if ((await Sandbox.inspect(name)).condition === 'broken') {
    say(`The sandbox ${name} is broken; it is ended and started anew.`);
    await Sandbox.end(name);
  }
  try {
    await start(name);
  } catch (error) {
    if (!(error instanceof AlreadyUp) || !error.state.ready) throw error;
    say(`The sandbox ${name} is already up.\n${describe(Sandbox.attach(name))}`);
  }
  return 0;
}

async function status(name: string): Promise<number> {
  const current = await Sandbox.inspect(name);
  say(`The sandbox ${name} is ${current.condition}.`);
  if (current.condition === 'down') return 1;
  say(describeProcesses(current));
  if (current.condition !== 'up') return 1;
  say(describe(Sandbox.attach(name)));
  return 0;
}

async function down(name: string): Promise<number> {
  say((await Sandbox.end(name)) ? `The sandbox ${name} is down.` : `The sandbox ${name} was not up.`);
  return 0;
}

async function reset(name: string): Promise<number> {
  if ((await Sandbox.inspect(name)).condition !== 'up') {
    await Sandbox.end(name);
    return up(name);
  }
  const sandbox = Sandbox.attach(name);
  await sandbox.reset();
  say(`The sandbox ${name} is empty again.\n${describe(sandbox)}`);
  return 0;
}

const VERBS = new Map([
  ['up', up],
  ['status', status],
  ['down', down],
  ['reset', reset],
]);

async function main([verb, name = DEFAULT_NAME, ...rest]: string[]): Promise<number> {
  const run = VERBS.get(verb ?? '');
  if (!run || rest.length > 0) {
    const problem =
      verb === undefined ? 'a verb is missing' : run ? `unexpected: ${rest.join(' ')}` : `no such verb: ${verb}`;
    process.stderr.write(`sandbox: ${problem}\n${USAGE}\n`);
    return USAGE_EXIT_CODE;
  }
  return run(name);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`sandbox: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  },
);
