export interface DvcSettings {
  readonly remoteName: string;
  readonly url: string;
  /** absent: the region is that of whoever pulls. */
  readonly region?: string | undefined;
}

/**
 * The text of `.dvc/config` that leads to one remote, in the form in which DVC itself writes it.
 *
 * @see https://dvc.org/doc/user-guide/project-structure/configuration
 */
export function dvcConfiguration({ remoteName, url, region }: DvcSettings): string {
  return `${[
    '[core]',
    `    remote = ${remoteName}`,
    '    analytics = false',
    `['remote "${remoteName}"']`,
    `    url = ${url}`,
    ...(region === undefined ? [] : [`    region = ${region}`]),
    // DVC believes the name of an object that comes from a remote, unless it is told to look.
    '    verify = true',
  ].join('\n')}\n`;
}
