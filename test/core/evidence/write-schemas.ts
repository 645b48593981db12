import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../project-files';
import { schemaFiles } from './schema-files';

const DIRECTORY = 'docs/schemas';

/**
 * Writes the published schemas anew: `npx tsx test/core/evidence/write-schemas.ts`.
 */
mkdirSync(join(PROJECT, DIRECTORY), { recursive: true });
for (const [path, schema] of Object.entries(schemaFiles())) {
  writeFileSync(join(PROJECT, path), JSON.stringify(schema));
}
execFileSync('npx', ['biome', 'format', '--write', DIRECTORY], { cwd: PROJECT, stdio: 'inherit' });
