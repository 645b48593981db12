import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { JobRoleProps } from '../job-role';
import { isKnown, type Rule } from './errors';
import { ObjectGrants } from './object-grants';
import { DESCRIBE_LOG_STREAMS, WRITE_LOGS } from './perms';

// as SageMaker names the log groups.
type JobKind = 'TrainingJobs' | 'ProcessingJobs';

export const JOB_ROLE_RULES: readonly Rule<JobRoleProps>[] = [
  {
    broken: ({ dataRepositories }) => dataRepositories.length === 0,
    message: () => 'dataRepositories must name at least one repository, got none; a job finds its dataset in one',
  },
  prefixRule('codePrefix', ({ codePrefix }) => codePrefix),
];

/**
 * That a key prefix, where it is known, is one that nothing else in the bucket begins with by accident.
 */
export function prefixRule<Props>(name: string, prefixOf: (props: Props) => string | undefined): Rule<Props> {
  return {
    broken: (props) => {
      const prefix = prefixOf(props);
      return isKnown(prefix) && !/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(prefix);
    },
    message: (props) =>
      `${name} must be one or more names of letters, digits, dots, dashes and underscores, joined by single slashes, got ${JSON.stringify(prefixOf(props))}`,
  };
}

/**
 * A role that only SageMaker of this account may take.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
 */
export function defineSageMakerRole(scope: Construct, id: string, description: string): iam.Role {
  return new iam.Role(scope, id, {
    description,
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
}

/**
 * What a job of either kind needs, whatever it does with datasets.
 */
export function allowEveryJob(scope: Construct, role: iam.IRole, kind: JobKind, props: JobRoleProps): void {
  allowJobLogs(scope, role, kind);
  props.mlflowApp.grants.use(role);
  props.jobToolkit.grants.run(role);
  props.network?.grants.use(role);
  const code = new ObjectGrants(props.artifactBucket, props.codePrefix ?? 'code');
  code.list(role);
  code.read(role);
}

/**
 * Warns of a role that takes grants and keeps none: one of another account, or one that was imported as immutable.
 *
 * Called after something was granted: by then every other role has a policy, or a resource, as its child.
 */
export function warnOfImmutable(scope: Construct, construct: string, role: iam.IRole): void {
  if (role.node.children.length === 0) {
    Annotations.of(scope).addWarningV2(
      `cdk-ml-lineage:${construct}.immutableRole`,
      `the role ${role.node.path} cannot be changed from here, so that it was granted nothing; give it the rights that this construct gives to a role of its own, or import it as mutable`,
    );
  }
}

/**
 * Lets a job write its log. SageMaker makes the log streams in the job's name.
 */
export function allowJobLogs(scope: Construct, role: iam.IRole, kind: JobKind): void {
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: [...DESCRIBE_LOG_STREAMS, ...WRITE_LOGS],
    resourceArns: [
      Stack.of(scope).formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: `/aws/sagemaker/${kind}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  });
}
