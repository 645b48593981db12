import type { Retained, RetainedResource } from './retained-resources';
import { terminalText } from './terminal-text';

/**
 * By which people name the request of `--change-set` when they execute it.
 */
export const IMPORT_CHANGE_SET_NAME = 'take-up-retained';

interface KeptType {
  /** by which CloudFormation imports a resource of the type; its value is the physical id. */
  readonly identifier: string;
  deletion(physicalId: string): string;
  /** what has to be known before. */
  readonly first?: string;
}

/**
 * The types of what this library keeps. The identifiers are the primary ones of CloudFormation's schemas.
 */
export const KEPT_TYPES: Readonly<Record<string, KeptType>> = {
  'AWS::CodeCommit::Repository': {
    identifier: 'RepositoryId',
    deletion: (id) =>
      `aws codecommit delete-repository --repository-name "$(aws codecommit list-repositories --query "repositories[?repositoryId=='${id}'].repositoryName" --output text)"`,
    first: 'all data commits in it will be gone',
  },
  'AWS::IAM::Role': {
    identifier: 'RoleName',
    deletion: (id) => `aws iam delete-role --role-name ${id}`,
    first: 'the MLflow App whose role it is can be given no other one',
  },
  'AWS::KMS::Key': {
    identifier: 'KeyId',
    deletion: (id) => `aws kms schedule-key-deletion --key-id ${id}`,
    first: 'nobody will be able to read what it encrypted, nor to sign with it',
  },
  'AWS::Logs::LogGroup': {
    identifier: 'LogGroupName',
    deletion: (id) => `aws logs delete-log-group --log-group-name ${id}`,
  },
  'AWS::S3::Bucket': {
    identifier: 'BucketName',
    deletion: (id) => `aws s3api delete-bucket --bucket ${id}`,
    first: 'all versions of all objects have to be deleted before; one that Object Lock keeps, keeps the bucket',
  },
  'AWS::SQS::Queue': { identifier: 'QueueUrl', deletion: (id) => `aws sqs delete-queue --queue-url ${id}` },
  'AWS::SageMaker::MlflowApp': {
    identifier: 'Arn',
    deletion: (id) => `aws sagemaker delete-mlflow-app --arn ${id}`,
    first: 'all its runs will be gone',
  },
  'AWS::SageMaker::MlflowTrackingServer': {
    identifier: 'TrackingServerName',
    deletion: (id) => `aws sagemaker delete-mlflow-tracking-server --tracking-server-name ${id}`,
    first: 'all its runs will be gone',
  },
  'AWS::SageMaker::ModelPackageGroup': {
    identifier: 'ModelPackageGroupArn',
    deletion: (id) => `aws sagemaker delete-model-package-group --model-package-group-name ${id.replace(/.*\//, '')}`,
    first: 'all its model packages have to be deleted before',
  },
};

/**
 * What is kept, for people.
 */
export function retainedText(retained: Retained): string {
  const { stackName, stackId, isDeleted, resources } = retained;
  const lines = [
    `stack  ${stackName}, ${isDeleted ? 'deleted' : 'not deleted'}`,
    `       ${stackId}`,
    `kept   ${resources.length} resources${isDeleted ? ', which belong to no stack now' : ', should the stack be deleted'}`,
    ...resources.flatMap(resourceLines),
    ...(isDeleted && resources.length > 0 ? importLines(stackName, stackId) : []),
  ];
  return `${lines.map(terminalText).join('\n')}\n`;
}

/**
 * What is kept, for machines.
 */
export function retainedReport({ stackName, stackId, isDeleted, resources }: Retained): object {
  return {
    stackName,
    stackId,
    isDeleted,
    resources: resources.map((resource) => ({ ...resource, deletion: deletionOf(resource) })),
  };
}

function resourceLines(resource: RetainedResource): string[] {
  const { type, logicalId, physicalId } = resource;
  const { first } = KEPT_TYPES[type] ?? {};
  return [
    '',
    `${type}  ${logicalId}`,
    `  ${physicalId}`,
    `  to delete it for good: ${deletionOf(resource) ?? 'see the service; this command does not know the type'}`,
    ...(first ? [`    ${first}`] : []),
  ];
}

function deletionOf({ type, physicalId }: RetainedResource): string | undefined {
  return KEPT_TYPES[type]?.deletion(physicalId);
}

function importLines(stackName: string, stackId: string): string[] {
  return [
    '',
    'To bring them under a stack again, with the same constructs under the same ids:',
    `  aws cloudformation create-change-set --cli-input-json "$(npx ml-lineage retained --stack ${stackId} --change-set)"`,
    `  aws cloudformation wait change-set-create-complete --stack-name ${stackName} --change-set-name ${IMPORT_CHANGE_SET_NAME}`,
    `  aws cloudformation execute-change-set --stack-name ${stackName} --change-set-name ${IMPORT_CHANGE_SET_NAME}`,
    `  aws cloudformation wait stack-import-complete --stack-name ${stackName}`,
    `  npx cdk deploy ${stackName}`,
  ];
}
