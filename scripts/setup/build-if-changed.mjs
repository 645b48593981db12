import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.mjs';
import { runChild } from './run-child.mjs';

/** Builds what has changed; answers the exit code of the build. */
export async function buildIfChanged() {
  const script = join(projectRoot, 'scripts', 'build.mjs');
  if (!existsSync(script)) return 0;
  return runChild(process.execPath, [script, '--if-changed'], { directory: projectRoot });
}
