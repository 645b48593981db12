import { z } from 'zod';
import { contract, pattern } from '../contract';
import { fact } from './fact';
import { ContainerImage, GitCommit, printable, S3Object, SagemakerArn, Sha256, setOf } from './fields';
import { aboutOneOf } from './predicate-frame';
import { Citation } from './resolved-data';

const Name = z.string().regex(pattern('jobName'));
const many = contract.limits.evidenceDeployedModels;

/**
 * A variant of an endpoint, and the model behind it.
 */
const Variant = z.strictObject({ name: Name, modelArn: SagemakerArn, weight: printable(30).optional() });

/**
 * A container of a SageMaker model, or of the package that the statement is about: its bytes, the package that it was
 * made from, and the statement about the training of these bytes.
 */
const Model = z.strictObject({
  arn: SagemakerArn,
  images: setOf(ContainerImage, 15),
  artifact: z.strictObject({ object: S3Object, sha256: Sha256 }).nullable(),
  packageArn: SagemakerArn.nullable(),
  trainingStatement: Citation.nullable(),
});

const ModelPackage = z.strictObject({
  arn: SagemakerArn,
  /** null where nobody said anything, as for packages that mirror the registry of MLflow. */
  approval: z.enum(['Approved', 'Rejected', 'PendingManualApproval']).nullable(),
});

/**
 * The data commits that the cited statements name.
 */
const DataBehind = z.strictObject({ dataCommit: GitCommit, trainingStatement: Citation });

/**
 * What an endpoint, a batch transform or a model package puts to use, as found at that moment.
 */
export const DeploymentPredicate = z.strictObject({
  ...aboutOneOf(['endpoint', 'transform-job', 'model-package']),
  endpointConfig: fact(Name).nullable(),
  variants: setOf(fact(Variant), many),
  models: setOf(fact(Model), many),
  packages: setOf(fact(ModelPackage), many),
  data: setOf(fact(DataBehind), many),
});
