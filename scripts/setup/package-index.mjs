import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The files that pip reads, later ones winning. */
function pipConfigurationFiles(environment) {
  if (environment.PIP_CONFIG_FILE) return [environment.PIP_CONFIG_FILE];
  const home = environment.HOME ?? homedir();
  return [
    '/etc/pip.conf',
    join(environment.XDG_CONFIG_HOME ?? '/etc/xdg', 'pip', 'pip.conf'),
    join(home, '.pip', 'pip.conf'),
    join(home, 'Library', 'Application Support', 'pip', 'pip.conf'),
    join(environment.XDG_CONFIG_HOME ?? join(home, '.config'), 'pip', 'pip.conf'),
  ];
}

/** The [global] and [install] options of one pip.conf. */
function readPipConfiguration(file) {
  const options = {};
  let section = '';
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const heading = /^\[(?<name>[^\]]+)\]\s*$/.exec(line);
    const option = /^(?<key>[a-z_-]+)\s*[=:]\s*(?<value>.*?)\s*$/.exec(line);
    if (heading) section = heading.groups.name;
    else if (option && ['global', 'install'].includes(section)) {
      options[option.groups.key.replaceAll('_', '-')] = option.groups.value;
    }
  }
  return options;
}

/** What pip was told about its index and certificate authority, by variables or by configuration files. */
export function pipSettings(environment = process.env) {
  const configured = pipConfigurationFiles(environment)
    .filter((file) => existsSync(file))
    .reduce((options, file) => Object.assign(options, readPipConfiguration(file)), {});
  return {
    index: environment.PIP_INDEX_URL ?? configured['index-url'],
    extraIndexes: environment.PIP_EXTRA_INDEX_URL ?? configured['extra-index-url'],
    certificates: environment.PIP_CERT ?? configured.cert ?? environment.SSL_CERT_FILE,
  };
}

/** uv does not read pip's settings: says them in uv's words, and keeps what is already said to uv itself. */
export function uvEnvironment(environment = process.env) {
  const { index, extraIndexes, certificates } = pipSettings(environment);
  const said = {
    UV_DEFAULT_INDEX: environment.UV_DEFAULT_INDEX ?? environment.UV_INDEX_URL ?? index,
    UV_INDEX: environment.UV_INDEX ?? environment.UV_EXTRA_INDEX_URL ?? extraIndexes,
    SSL_CERT_FILE: environment.SSL_CERT_FILE ?? certificates,
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_PROGRESS: '1',
  };
  const { UV_INDEX_URL: _old, UV_EXTRA_INDEX_URL: _oldExtra, VIRTUAL_ENV: _active, ...rest } = environment;
  return { ...rest, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value)) };
}
