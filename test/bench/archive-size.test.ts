import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveSize, packFiles } from '../../bench/archive-size';

const ARCHIVE = `
import sys, zipfile
with zipfile.ZipFile("archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for name in sys.argv[1:]:
        archive.write(name)
`;

test('an archive that was not made is as large as one that a common program made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-size-'));
  try {
    const files = {
      'text.py': Buffer.from('value = 1\n'.repeat(500)),
      'package/data.bin': randomBytes(3000),
      empty: '',
    };
    mkdirSync(join(folder, 'package'));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content);
    }
    execFileSync('python3', ['-c', ARCHIVE, ...Object.keys(files)], { cwd: folder });
    const paths = Object.keys(files).map((name) => join(folder, name));
    const { unzippedBytes, zippedBytes } = archiveSize(await packFiles(folder, paths));
    expect(unzippedBytes).toBe(8000);
    // of what cannot be compressed, a program may keep the few bytes more.
    expect(Math.abs(zippedBytes - statSync(join(folder, 'archive.zip')).size)).toBeLessThanOrEqual(10);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
