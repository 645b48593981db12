import { contract, pattern } from '../contract';
import type { Origin } from '../evidence/fact';
import type { Outcome } from '../evidence/outcome';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import type { Draft } from '../evidence/statement';
import { tellExplanation } from '../evidence/told';
import {
  type CurrentObject,
  type DeployedContainer,
  type DescribedDeployment,
  deployedContainers,
  type MissingLink,
} from './deployment';
import { jobOfModelUri } from './model-address';
import { differingCommit } from './package-properties';
import type { StoredTraining } from './run-tags';

export type DeploymentDraft = Extract<Draft, { predicateType: typeof PREDICATE_TYPES.deployment }>;
type Predicate = DeploymentDraft['predicate'];
type Conflict = Extract<Outcome, { status: 'conflict' }>['reasons'][number];
type Unresolved = Extract<Outcome, { status: 'unresolved' }>['reasons'][number];
type NotCompared = Outcome['notCompared'][number];
type Check = Predicate['checks'][number];

/**
 * All that a statement about a deployment is made of.
 */
export interface DeploymentFindings {
  readonly platform: string;
  readonly deployment: DescribedDeployment;
  /** what is under each address now; absent where it cannot be read. */
  readonly objects: ReadonlyMap<string, CurrentObject>;
  /** the last statement about each training job that ever had a name. */
  readonly trainings: ReadonlyMap<string, readonly StoredTraining[]>;
  /** when SageMaker and S3 were asked. */
  readonly at: Date;
  readonly recordedBy: string;
}

/**
 * One container, and what is known of its bytes.
 */
interface Link {
  readonly container: DeployedContainer;
  readonly object: CurrentObject | undefined;
  readonly training: StoredTraining | undefined;
  readonly conflicts: readonly Conflict[];
  readonly unresolved: readonly Unresolved[];
  readonly notCompared: readonly NotCompared[];
}

const MOST_REASONS = 50;

/**
 * Finds for each deployed model the training statement of exactly its bytes, and says what the chain is worth: the worst
 * status and the lowest assurance of its links.
 */
export function deriveDeployment(findings: DeploymentFindings): DeploymentDraft {
  const { deployment, platform, recordedBy } = findings;
  const containers = deployedContainers(deployment);
  const links = containers.slice(0, contract.limits.evidenceDeployedModels).map((one) => linkOf(one, findings));
  const at = findings.at.toISOString();
  const from = (api: string): Origin => ({ source: { api } as Origin['source'], at });
  const describedBy = deployment.about.kind === 'model-package' ? 'DescribeModelPackage' : 'DescribeModel';
  const cited = links.flatMap(({ training }) => (training ? [training] : []));
  return {
    predicateType: PREDICATE_TYPES.deployment,
    predicate: {
      platform,
      recordedBy,
      about: deployment.about,
      outcome: outcomeOf(links, containers.length, findings),
      checks: links.flatMap((link) => checksOf(link, from)),
      endpointConfig:
        deployment.endpointConfig === null
          ? null
          : { value: deployment.endpointConfig, ...from('sagemaker:DescribeEndpoint') },
      variants: deployment.variants.map(({ name, modelArn, weight }) => ({
        value: { name, modelArn, ...(weight === undefined ? {} : { weight }) },
        ...from('sagemaker:DescribeEndpointConfig'),
      })),
      models: links.map(({ container, object, training }) => ({
        value: {
          arn: container.ownerArn,
          images: [container.image].filter(isTellable),
          artifact: object ?? null,
          packageArn: container.packageArn,
          trainingStatement: training ? citationOf(training) : null,
        },
        ...from(`sagemaker:${describedBy}`),
      })),
      packages: deployment.packages.map(({ arn, approval }) => ({
        value: { arn, approval },
        ...from('sagemaker:DescribeModelPackage'),
      })),
      data: cited.flatMap((training) => {
        const dataCommit = training.statement.predicate.data?.resolution.value.dataCommit;
        const value = dataCommit && { dataCommit, trainingStatement: citationOf(training) };
        return value ? [{ value, ...from('lineage:evidence') }] : [];
      }),
    },
  };
}

function linkOf(container: DeployedContainer, { objects, trainings }: DeploymentFindings): Link {
  const { data, asPackage, ownerArn, packageArn } = container;
  const conflicts: Conflict[] =
    asPackage === 'differs'
      ? [
          {
            code: 'model-package-differs',
            explanation: `${ownerArn} has another image or other model data than ${packageArn}, which it names`,
          },
        ]
      : [];
  const packageItems: NotCompared[] = asPackage === 'unknown' ? ['model-package'] : [];
  const withoutStatement = (explanation: string, notCompared: readonly NotCompared[] = []): Link => ({
    container,
    object: undefined,
    training: undefined,
    conflicts,
    unresolved: [{ code: 'training-statement-missing', explanation: tellExplanation(explanation) }],
    notCompared: [...packageItems, ...notCompared],
  });
  if (data.kind === 'none') {
    return withoutStatement(`${ownerArn} names no model data beside its image`, ['model-bytes']);
  }
  if (data.kind === 'no-single-object') {
    return withoutStatement(
      `the model data of ${ownerArn} is no single object, so it is not what a training job wrote as its model`,
      ['model-bytes'],
    );
  }
  const object = objects.get(data.uri);
  if (!object) {
    return withoutStatement(`the model data of ${ownerArn} cannot be read in a version, or is too large to be read`, [
      'model-bytes',
    ]);
  }
  const job = jobOfModelUri(data.uri);
  const stated = job === undefined ? [] : (trainings.get(job) ?? []);
  const found = compareBytes(object, stated);
  const link = { container, object, conflicts, unresolved: [], notCompared: packageItems };
  switch (found.kind) {
    case 'stated':
      return { ...link, training: found.training };
    case 'differs':
      return {
        ...link,
        training: undefined,
        conflicts: [...conflicts, { code: 'model-bytes-differ', explanation: tellExplanation(found.explanation) }],
      };
    case 'unknown':
      return {
        ...withoutStatement(`no statement about a training job is about the bytes of ${ownerArn}`),
        object,
      };
  }
}

type Comparison =
  | { readonly kind: 'stated'; readonly training: StoredTraining }
  | { readonly kind: 'differs'; readonly explanation: string }
  | { readonly kind: 'unknown' };

// what was written over is a conflict also where the same bytes were put back: what was loaded in between cannot be told.
function compareBytes({ object, sha256 }: CurrentObject, stated: readonly StoredTraining[]): Comparison {
  const models = [...stated].reverse().flatMap((training) => {
    const model = training.statement.predicate.model?.value;
    return model ? [{ training, model }] : [];
  });
  const here = models.filter(({ model }) => model.object.bucket === object.bucket && model.object.key === object.key);
  const same = here.find(({ model }) => model.object.versionId === object.versionId && model.sha256 === sha256);
  if (same) {
    return { kind: 'stated', training: same.training };
  }
  const other = here[0];
  if (other) {
    const { statement } = other.training;
    return {
      kind: 'differs',
      explanation: `${statement.predicate.about.arn} wrote the version ${other.model.object.versionId} with the SHA-256 ${other.model.sha256}, now there is the version ${object.versionId} with ${sha256}`,
    };
  }
  const copied = models.find(({ model }) => model.sha256 === sha256);
  return copied ? { kind: 'stated', training: copied.training } : { kind: 'unknown' };
}

function outcomeOf(links: readonly Link[], count: number, { deployment }: DeploymentFindings): Outcome {
  const cited = links.map(({ training }) => training?.statement.predicate.outcome);
  const conflicts = [
    ...links.flatMap((link) => link.conflicts),
    ...cited.flatMap((outcome) => (outcome?.status === 'conflict' ? outcome.reasons : [])),
    ...packageConflicts(links, deployment),
  ];
  const unresolved: Unresolved[] = [
    ...[...deployment.missing, ...withoutModel(deployment), ...tooMany(count), ...nothing(count, deployment)].map(
      ({ code, explanation }) => ({
        code,
        explanation: tellExplanation(explanation),
      }),
    ),
    ...links.flatMap((link) => link.unresolved),
    ...cited.flatMap((outcome) => (outcome?.status === 'unresolved' ? outcome.reasons : [])),
  ];
  const notCompared = [
    ...new Set([
      ...links.flatMap((link) => link.notCompared),
      ...cited.flatMap((outcome) => outcome?.notCompared ?? []),
    ]),
  ].sort();
  const assurance =
    cited.length > 0 && cited.every((outcome) => outcome?.assurance === 'attested') ? 'attested' : 'configured';
  if (conflicts.length > 0) {
    return { status: 'conflict', assurance, reasons: conflicts.slice(0, MOST_REASONS), notCompared };
  }
  if (unresolved.length > 0) {
    return { status: 'unresolved', assurance, reasons: unresolved.slice(0, MOST_REASONS), notCompared };
  }
  return notCompared.length > 0
    ? { status: 'recorded', assurance, notCompared }
    : { status: 'verified', assurance, notCompared: [] };
}

function packageConflicts(links: readonly Link[], { about, packages }: DescribedDeployment): Conflict[] {
  if (about.kind !== 'model-package') {
    return [];
  }
  const commits = links.flatMap(
    ({ training }) => training?.statement.predicate.data?.resolution.value.dataCommit ?? [],
  );
  return packages.flatMap(({ arn, properties }) => {
    const difference = differingCommit(properties, commits);
    return difference === undefined ? [] : [{ code: 'tag-differs', explanation: `${arn}: ${difference}` } as const];
  });
}

function tooMany(count: number): MissingLink[] {
  const most = contract.limits.evidenceDeployedModels;
  return count > most
    ? [
        {
          code: 'training-statement-missing',
          explanation: `there are ${count} containers, and only the first ${most} are looked at`,
        },
      ]
    : [];
}

// what is attached to them changes without an event about the endpoint: a statement would be of a moment that nobody
// sees pass.
function withoutModel({ componentVariants }: DescribedDeployment): MissingLink[] {
  return componentVariants.map((name) => ({
    code: 'model-missing',
    explanation: `the variant ${name} names no model of its own`,
  }));
}

function nothing(count: number, { about, missing, componentVariants }: DescribedDeployment): MissingLink[] {
  return count === 0 && missing.length === 0 && componentVariants.length === 0
    ? [{ code: 'model-missing', explanation: `${about.arn} names no model` }]
    : [];
}

function checksOf({ object, training, conflicts, container }: Link, from: (api: string) => Origin): Check[] {
  const differ = conflicts.some(({ code }) => code === 'model-bytes-differ');
  return [
    ...(object && (training || differ)
      ? [{ check: 'model-bytes' as const, agrees: training !== undefined, ...from('s3:GetObject') }]
      : []),
    ...(training ? [{ check: 'training-statement' as const, agrees: true, ...from('lineage:evidence') }] : []),
    ...(container.asPackage === 'same' || container.asPackage === 'differs'
      ? [
          {
            check: 'model-package' as const,
            agrees: container.asPackage === 'same',
            ...from('sagemaker:DescribeModelPackage'),
          },
        ]
      : []),
  ];
}

function citationOf({ key, sha256 }: StoredTraining) {
  return { key, sha256 };
}

function isTellable(image: string | undefined): image is string {
  return image !== undefined && pattern('containerImage').test(image);
}
