import { take } from '../chain/take';
import { contract } from '../contract';
import type { FollowedRun } from './follow-run';
import { followRegistered } from './follow-version';
import type { Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { Trail } from './trail';

/**
 * Follows a model package that SageMaker made of a version in MLflow's registry back to that version. That they belong
 * together, only a tag of the version says, which SageMaker writes and whoever may log to the app may change.
 */
export async function followPackageVersion(packageArn: string, trail: Trail): Promise<FollowedRun> {
  const found = await answerOf(
    take(trail.sources.mlflow.versionsOfPackage(packageArn), contract.limits.tracePackageVersions),
  );
  if (found instanceof SourceFailure) {
    return alone(failedLink('model version', 'none', found));
  }
  const [version, ...more] = found.items;
  const common: Pick<Link, 'kind' | 'sources'> = { kind: 'model version', sources: ['MLflow'] };
  if (!version) {
    const check = "no version in MLflow's registry is tagged with the package";
    return alone({ ...common, value: 'none', outcome: 'missing', problem: 'model-version-not-found', check });
  }
  if (more.length > 0) {
    const value = found.items.map((one) => `${one.name} version ${one.version}`).join(', ');
    const check = 'several versions are tagged with the package';
    return alone({ ...common, value, outcome: 'ambiguous', problem: 'model-versions-of-package', check });
  }
  const value = `${version.name} version ${version.version}`;
  const check = 'its tag names the package, which nothing else confirms';
  const byTag: Link = { ...common, value, outcome: 'not-compared', problem: 'model-version-by-tag', check };
  const { links, training } = await followRegistered(version, trail);
  return { links: [byTag, ...links], training };
}

function alone(...links: Link[]): FollowedRun {
  return { links, training: undefined };
}
