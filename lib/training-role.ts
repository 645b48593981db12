import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { JobRoleProps } from './job-role';
import { enforce, type Rule } from './private/errors';
import { allowEveryJob, defineSageMakerRole, JOB_ROLE_RULES, prefixRule, warnOfImmutable } from './private/job-roles';
import { ObjectGrants } from './private/object-grants';

/**
 * Properties of a TrainingRole.
 */
export interface TrainingRoleProps extends JobRoleProps {
  /**
   * The key prefix that models are written below, without a slash at either end.
   *
   * @default 'models'
   */
  readonly modelPrefix?: string;
}

const RULES: readonly Rule<TrainingRoleProps>[] = [
  ...JOB_ROLE_RULES,
  prefixRule('modelPrefix', ({ modelPrefix }) => modelPrefix),
];

/**
 * The role of jobs that make models.
 *
 * Such a job pulls datasets and pushes none, so that what it trained on stays as it was; it takes over what a processing job
 * published, writes its model, logs runs and reads scripts.
 */
export class TrainingRole extends Construct implements iam.IGrantable {
  /**
   * The role to start training jobs with.
   */
  public readonly role: iam.IRole;

  /**
   * The role as the one that is granted to.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: TrainingRoleProps) {
    super(scope, id);
    enforce(this, 'TrainingRoleInvalid', props, RULES);

    this.role =
      props.role ?? defineSageMakerRole(this, 'Default', props.description ?? 'Training jobs that make models');
    this.grantPrincipal = this.role.grantPrincipal;
    props.dvcRemote.grants.pull(this.role);
    for (const repository of props.dataRepositories) {
      repository.grants.read(this.role);
    }
    props.jobToolkit.grants.takeOver(this.role);
    new ObjectGrants(props.artifactBucket, props.modelPrefix ?? 'models').write(this.role);
    allowEveryJob(this, this.role, 'TrainingJobs', props);
    warnOfImmutable(this, 'TrainingRole', this.role);
  }
}
