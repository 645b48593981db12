import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { FileSystem } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { IDvcRemote } from '../dvc-remote';
import { isKnown } from './errors';

/**
 * The files that make a Git repository one of DVC, as `dvc init` writes them and jobs would.
 *
 * Where only the deployment knows the address of the remote, the first job that publishes a dataset version adds it.
 */
export function firstCommitFiles(remote: IDvcRemote | undefined): Record<string, string> {
  const configuration = remote?.dvcConfiguration();
  return {
    '.dvc/config': isKnown(configuration) ? configuration : '[core]\n    analytics = false\n',
    '.dvc/.gitignore': '/config.local\n/tmp\n/cache\n',
    '.dvcignore': '# paths that DVC leaves out, one pattern on each line.\n',
  };
}

/**
 * The files as an asset. They are written at synthesis, because npm would leave a `.gitignore` out of the package.
 */
export function defineFirstCommit(scope: Construct, id: string, files: Record<string, string>): Asset {
  const folder = FileSystem.mkdtemp('first-commit-');
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const asset = new Asset(scope, id, { path: folder });
  // an app may have the staging of assets turned off: its assembly then refers to the folder itself.
  if (!isAbsolute(asset.assetPath)) {
    rmSync(folder, { recursive: true });
  }
  return asset;
}
