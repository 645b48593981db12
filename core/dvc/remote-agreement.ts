import type { NotCompared } from '../chain/derivation';
import type { Disagreement } from './disagreement';
import type { DvcOutput } from './output';
import { isLocalSettingsFile, isSettingsFile } from './project-paths';
import { readSettings, remotesOf } from './settings';

/**
 * Compares the settings in the repository with the platform's DVC remote: a plain `dvc pull` follows them.
 */
export function compareSettings(
  files: ReadonlyMap<string, string>,
  remoteUrl: string,
  notCompared: Set<NotCompared>,
): { disagreement: Disagreement | undefined; same: ReadonlySet<string> } {
  const remotes = new Map<string, string | undefined>();
  const defaults: string[] = [];
  for (const [path, text] of files) {
    if (!isSettingsFile(path)) {
      continue;
    }
    if (isLocalSettingsFile(path)) {
      return { disagreement: differs(`${path} is in Git and overrides the settings; remove it`), same: new Set() };
    }
    const settings = readSettings(path, text);
    const named = remotesOf(settings);
    for (const [name, section] of named) {
      remotes.set(name, remotes.get(name) ?? differenceOf(section, remoteUrl));
    }
    const standard = settings.get('core')?.get('remote')?.toLowerCase();
    defaults.push(...(standard === undefined ? named.keys() : [standard]));
  }
  if (defaults.length === 0) {
    notCompared.add('dvc-config');
  }
  const same = new Set([...remotes].filter(([, difference]) => difference === undefined).map(([name]) => name));
  const other = defaults.find((name) => !same.has(name));
  return {
    same,
    disagreement:
      other === undefined
        ? undefined
        : differs(`a remote that the DVC settings take data from ${remotes.get(other) ?? 'has no settings'}`),
  };
}

// what moves the objects away from the content-addressed place that the address names.
const MOVING = ['endpointurl', 'version_aware', 'worktree'];

/**
 * How the settings of a remote differ from the platform's one; `undefined` where they lead to it.
 */
export function differenceOf(section: ReadonlyMap<string, string>, remoteUrl: string): string | undefined {
  const url = section.get('url');
  if (url?.replace(/\/+$/, '') !== remoteUrl) {
    // neither its name nor its address is told: people put passwords there.
    return url === undefined ? 'has no url' : `is elsewhere than the platform's DVC remote, ${remoteUrl}`;
  }
  const moving = MOVING.find((key) => section.has(key) && section.get(key)?.toLowerCase() !== 'false');
  return moving && `has the setting ${moving}, the platform's DVC remote has not`;
}

/**
 * Finds an output that is kept elsewhere than in the platform's DVC remote.
 *
 * @param same the names of the remotes that are the platform's one
 */
export function otherRemote(outputs: readonly DvcOutput[], same: ReadonlySet<string>): Disagreement | undefined {
  for (const { file, remote, source } of outputs) {
    if (source?.ownRemote) {
      return differs(`${file} imports with a remote or settings of its own`);
    }
    if (remote !== undefined && !same.has(remote.toLowerCase())) {
      return differs(`${file} has an output in another remote than the platform's DVC remote`);
    }
  }
  return undefined;
}

function differs(explanation: string): Disagreement {
  return { reason: 'remote-differs', explanation: explanation.slice(0, 2000) };
}
