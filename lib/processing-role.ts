import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { JobRoleProps } from './job-role';
import { enforce } from './private/errors';
import { allowEveryJob, defineSageMakerRole, JOB_ROLE_RULES, warnOfImmutable } from './private/job-roles';

/**
 * Properties of a ProcessingRole.
 */
export interface ProcessingRoleProps extends JobRoleProps {}

/**
 * The role of jobs that make dataset versions.
 *
 * Such a job pulls and pushes datasets and deletes none, hands on what it published, logs runs and reads scripts. It reads
 * raw data only where a pipeline, or you, grant it.
 */
export class ProcessingRole extends Construct implements iam.IGrantable {
  /**
   * The role to start processing jobs with.
   */
  public readonly role: iam.IRole;

  /**
   * The role as the one that is granted to.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: ProcessingRoleProps) {
    super(scope, id);
    enforce(this, 'ProcessingRoleInvalid', props, JOB_ROLE_RULES);

    this.role =
      props.role ??
      defineSageMakerRole(this, 'Default', props.description ?? 'Processing jobs that make dataset versions');
    this.grantPrincipal = this.role.grantPrincipal;
    props.dvcRemote.grants.push(this.role);
    for (const repository of props.dataRepositories) {
      repository.grants.write(this.role);
    }
    props.jobToolkit.grants.handOn(this.role);
    allowEveryJob(this, this.role, 'ProcessingJobs', props);
    warnOfImmutable(this, 'ProcessingRole', this.role);
  }
}
