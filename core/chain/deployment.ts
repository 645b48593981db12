import type { Incarnation } from '../evidence/incarnation';
import type { EVIDENCE_UNRESOLVED_REASONS } from '../evidence/outcome';

/**
 * Where the bytes of a container's model are: one object, something that is no single object, or nowhere beside its
 * image.
 */
export type ModelData =
  | { readonly kind: 'object'; readonly uri: string }
  | { readonly kind: 'no-single-object' }
  | { readonly kind: 'none' };

/**
 * A container of a SageMaker model or of a model package, as it was described.
 */
export interface DescribedContainer {
  readonly image: string | undefined;
  readonly data: ModelData;
  /** the model package that it was made from. */
  readonly packageArn: string | undefined;
}

export interface DescribedModel {
  readonly arn: string;
  readonly createdAt: Date;
  readonly containers: readonly DescribedContainer[];
}

export interface DescribedPackage {
  readonly arn: string;
  readonly approval: 'Approved' | 'Rejected' | 'PendingManualApproval' | null;
  readonly changedAt: Date;
  readonly containers: readonly DescribedContainer[];
  /** its CustomerMetadataProperties: whoever may change the package may write them. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface DescribedVariant {
  readonly name: string;
  readonly modelArn: string;
  readonly weight: string | undefined;
}

/**
 * A link that SageMaker does not show any more.
 */
export interface MissingLink {
  readonly code: (typeof EVIDENCE_UNRESOLVED_REASONS)[number];
  readonly explanation: string;
}

/**
 * What an endpoint, a batch transform job or a model package puts to use, as SageMaker describes it now.
 */
export interface DescribedDeployment {
  readonly about: Incarnation;
  /** what carries the tags: of a version of a package that is its group. */
  readonly taggedArn: string;
  readonly endpointConfig: string | null;
  readonly variants: readonly DescribedVariant[];
  readonly models: readonly DescribedModel[];
  /** those that the models were made from, or the package itself. */
  readonly packages: readonly DescribedPackage[];
  /** the variants that name no model: theirs are inference components, which come and go while the endpoint serves. */
  readonly componentVariants: readonly string[];
  readonly missing: readonly MissingLink[];
}

/**
 * Which bytes are under an address now.
 */
export interface CurrentObject {
  readonly object: { readonly bucket: string; readonly key: string; readonly versionId: string };
  readonly sha256: string;
}

/**
 * A container with where its bytes come from, once its package was looked up.
 */
export interface DeployedContainer {
  /** of the model, or of the package where no model stands between. */
  readonly ownerArn: string;
  readonly packageArn: string | null;
  readonly image: string | undefined;
  readonly data: ModelData;
  /** how model and package compare; `unknown` where the package was changed since the model was made. */
  readonly asPackage: 'same' | 'differs' | 'unknown' | 'no-package';
}

/**
 * All containers that are put to use. One that only names a package stands for the containers of the package.
 *
 * @param deployed without `about`, only what the models put to use
 */
export function deployedContainers({
  about,
  models,
  packages,
}: Pick<DescribedDeployment, 'models' | 'packages'> &
  Partial<Pick<DescribedDeployment, 'about'>>): DeployedContainer[] {
  if (about?.kind === 'model-package') {
    return packages.flatMap(({ arn, containers }) =>
      containers.map(({ image, data }) => ({ ownerArn: arn, packageArn: null, image, data, asPackage: 'no-package' })),
    );
  }
  const byArn = new Map(packages.map((found) => [found.arn, found]));
  return models.flatMap((model) =>
    model.containers.flatMap((container) => {
      const found = container.packageArn === undefined ? undefined : byArn.get(container.packageArn);
      return found
        ? ofPackage(model, container, found)
        : [
            {
              ownerArn: model.arn,
              packageArn: null,
              image: container.image,
              data: container.data,
              asPackage: 'no-package' as const,
            },
          ];
    }),
  );
}

function ofPackage(
  { arn, createdAt }: DescribedModel,
  { image, data }: DescribedContainer,
  found: DescribedPackage,
): DeployedContainer[] {
  const common = { ownerArn: arn, packageArn: found.arn };
  if (data.kind !== 'none' || image !== undefined) {
    const isThere = found.containers.some(
      (other) =>
        (data.kind === 'none' || isSameData(other.data, data)) && (image === undefined || other.image === image),
    );
    return [{ ...common, image, data, asPackage: isThere ? 'same' : 'differs' }];
  }
  // the containers of a package can be changed, and the model keeps those that it was made with.
  const asPackage = found.changedAt > createdAt ? 'unknown' : 'same';
  return found.containers.map((other) => ({ ...common, image: other.image, data: other.data, asPackage }));
}

function isSameData(a: ModelData, b: ModelData): boolean {
  return a.kind === 'object' && b.kind === 'object' && a.uri === b.uri;
}
