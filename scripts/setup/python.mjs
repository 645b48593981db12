import { spawnSync } from 'node:child_process';
import { findOnPath } from './project.mjs';

export const OLDEST_PYTHON = '3.10';

const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

// distributions and self-made builds leave these out when a library was absent at build time.
const NEEDED_MODULES = ['bz2', 'ctypes', 'lzma', 'sqlite3', 'ssl', 'zlib'];

const INSPECTION = `
import importlib, json, sys
def lacks(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return True
    return False
print(json.dumps({
    'executable': sys.executable,
    'version': '.'.join(map(str, sys.version_info[:3])),
    'suitable': sys.version_info >= (3, 10),
    'lacks': [name for name in ${JSON.stringify(NEEDED_MODULES)} if lacks(name)],
}))`;

/** Asks an interpreter about itself; undefined if it does not run (a version manager's shim may exist without one). */
function inspect(file) {
  const result = spawnSync(file, ['-I', '-c', INSPECTION], { encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) return undefined;
  return JSON.parse(result.stdout);
}

function shortcoming(name, python) {
  if (!python) return `${name} does not run`;
  if (!python.suitable) return `${name} is ${python.version}`;
  if (python.lacks.length > 0) return `${name} (${python.version}) was built without ${python.lacks.join(', ')}`;
  return undefined;
}

/** The first suitable interpreter, and why others were passed over. The variable PYTHON overrides the search. */
export function findPython(environment = process.env) {
  const rejected = [];
  for (const name of environment.PYTHON ? [environment.PYTHON] : NAMES) {
    const file = name.includes('/') ? name : findOnPath(name, environment.PATH);
    if (!file) {
      if (environment.PYTHON) rejected.push(`PYTHON=${name} is not on PATH`);
      continue;
    }
    const python = inspect(file);
    const reason = shortcoming(name, python);
    if (!reason) return { python: { executable: python.executable, version: python.version }, rejected };
    rejected.push(reason);
  }
  return { python: undefined, rejected };
}
