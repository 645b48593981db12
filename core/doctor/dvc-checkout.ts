import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contract } from '../contract';
import { differenceOf } from '../dvc/remote-agreement';
import { readSettings, remotesOf, type Settings } from '../dvc/settings';
import { type Check, failed, notChecked, ok } from './check';

const FILE = join('.dvc', 'config');
// settings of one checkout, which override the others.
const LOCAL_FILE = join('.dvc', 'config.local');
const NAME = 'DVC configuration';

/**
 * Compares the DVC settings of a data repository that was checked out with the platform's DVC remote. Its files are read as
 * those of a stranger, and nothing of it is run. Settings of the user or the system are not looked at.
 *
 * @param folder in the repository; without, what is not there is not called wrong
 */
export async function checkCheckout(
  folder: string | undefined,
  remoteUrl: string,
  workingFolder: string,
): Promise<Check> {
  const root = await projectAbove(folder ?? workingFolder);
  if (root === undefined) {
    return folder === undefined
      ? notChecked('data repository', NAME, 'this folder is in no DVC project; --repository <folder> names one')
      : failed('data repository', NAME, `${folder} is in no DVC project`, 'name a folder of a data repository');
  }
  try {
    return checkSettings(root, remoteUrl, await settingsOf(root, FILE), await settingsOf(root, LOCAL_FILE));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return failed(
      'data repository',
      NAME,
      `${root}: ${what}`,
      'mend the file: the stack has its text as output DvcConfiguration',
    );
  }
}

function checkSettings(root: string, remoteUrl: string, shared: Settings, local: Settings): Check {
  const remotes = new Map(remotesOf(shared));
  for (const [name, section] of remotesOf(local)) {
    remotes.set(name, new Map([...(remotes.get(name) ?? []), ...section]));
  }
  const named = (local.get('core')?.get('remote') ?? shared.get('core')?.get('remote'))?.toLowerCase();
  const remedy = `write the stack's output ${contract.stackOutputs.dvcConfiguration} into ${join(root, FILE)}`;
  const wrong = (what: string) => failed('data repository', NAME, `${root}: ${what}`, remedy);
  if (named === undefined) {
    return wrong('no remote is the default one');
  }
  const section = remotes.get(named);
  const difference = section ? differenceOf(section, remoteUrl) : 'has no settings';
  if (difference !== undefined) {
    return wrong(`the default remote ${difference}`);
  }
  if (section?.get('verify')?.toLowerCase() !== 'true') {
    return wrong('DVC believes the names of the objects that it pulls: the default remote has not verify = true');
  }
  return ok('data repository', NAME, `${root}: its default remote is the platform's, and DVC verifies what it pulls`);
}

async function projectAbove(folder: string): Promise<string | undefined> {
  let at: string;
  try {
    at = await realpath(folder);
  } catch {
    return undefined;
  }
  for (;;) {
    if (await isThere(join(at, FILE))) {
      return at;
    }
    const above = dirname(at);
    if (above === at) {
      return undefined;
    }
    at = above;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

async function settingsOf(root: string, file: string): Promise<Settings> {
  return readSettings(file, (await readBounded(join(root, file))) ?? '');
}

/** The text of a file; `undefined` where there is none. A link may lead anywhere, and a pipe never ends. */
async function readBounded(path: string): Promise<string | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > contract.limits.dvcFileBytes) {
      throw new Error(`${path} has more than ${contract.limits.dvcFileBytes} bytes`);
    }
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, 0);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
