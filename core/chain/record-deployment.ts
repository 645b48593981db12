import type { CurrentObject, DescribedDeployment } from './deployment';
import { deploymentScope, type ScopeSources } from './deployment-scope';
import { type DeploymentDraft, deriveDeployment } from './derive-deployment';
import { packageProperties, reconcileProperties, type StoredDeployment } from './package-properties';

/**
 * Where a recorder of deployments looks, and where it keeps what it says.
 */
export interface DeploymentSources extends ScopeSources {
  readonly platform: string;
  /** The bytes that are under an address now; `undefined` where they cannot be read. */
  readObject(uri: string): Promise<CurrentObject | undefined>;
  /** Signs a statement and keeps it, unless the last one about the deployment says the same. */
  record(draft: DeploymentDraft): Promise<StoredDeployment>;
  writeProperties(packageArn: string, properties: Readonly<Record<string, string>>): Promise<void>;
  readonly recordedBy: string;
}

export interface RecordedDeployment {
  readonly stored: StoredDeployment;
  readonly written: Readonly<Record<string, string>>;
}

/**
 * Keeps a signed statement about what is put to use, and then writes on a model package what it says. Doing it twice
 * changes nothing.
 *
 * @returns `undefined` where it is of no concern to the platform: none of its models come from the platform's jobs, its
 * tag does not name the platform, and nothing was stated of it before
 */
export async function recordDeployment(
  deployment: DescribedDeployment,
  sources: DeploymentSources,
): Promise<RecordedDeployment | undefined> {
  const at = sources.now();
  const { uris, trainings, isOurs } = await deploymentScope(deployment, sources);
  if (!isOurs) {
    return undefined;
  }
  const objects = new Map<string, CurrentObject>();
  for (const uri of uris) {
    const object = await sources.readObject(uri);
    if (object) {
      objects.set(uri, object);
    }
  }
  const { platform, recordedBy } = sources;
  const stored = await sources.record(deriveDeployment({ platform, deployment, objects, trainings, at, recordedBy }));
  return { stored, written: await writeOnPackage(deployment, stored, sources) };
}

async function writeOnPackage(
  { about, packages }: DescribedDeployment,
  stored: StoredDeployment,
  sources: DeploymentSources,
): Promise<Readonly<Record<string, string>>> {
  const [own] = packages;
  if (about.kind !== 'model-package' || !own) {
    return {};
  }
  const written = reconcileProperties(packageProperties(stored), own.properties, own.arn);
  // a write makes an event, which comes back here.
  if (Object.keys(written).length > 0) {
    await sources.writeProperties(own.arn, written);
  }
  return written;
}
