import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IDataRepository } from './data-repository';
import type { IDvcRemote } from './dvc-remote';
import type { JobNetwork } from './job-network';
import type { JobToolkit } from './job-toolkit';
import type { IMlflowApp } from './mlflow-app';

/**
 * What the role of a job is for, whichever kind the job is of.
 */
export interface JobRoleProps {
  /**
   * Where the bytes of the datasets are.
   */
  readonly dvcRemote: IDvcRemote;

  /**
   * The data repositories that jobs may name: at least one.
   */
  readonly dataRepositories: IDataRepository[];

  /**
   * Where the runs of jobs are logged.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly mlflowApp: IMlflowApp;

  /**
   * What runs around the scripts of jobs.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly jobToolkit: JobToolkit;

  /**
   * The bucket with the scripts of jobs and their models.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly artifactBucket: s3.IBucket;

  /**
   * The key prefix of the scripts that a job may read, without a slash at either end. Scripts that are assets of a
   * pipeline are readable one by one, wherever they are.
   *
   * @default 'code'
   */
  readonly codePrefix?: string;

  /**
   * The network that the jobs run in.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a network of SageMaker's, for which a role needs no right
   */
  readonly network?: JobNetwork;

  /**
   * A role that is there already. It is granted what a new one would be, the right to write the job's log included: a
   * statement that it has from this app is not repeated. Its trust stays as it is, and has to let SageMaker take it.
   *
   * A role that cannot be changed from here is warned about, and is granted nothing.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new role that only SageMaker of this account may take
   */
  readonly role?: iam.IRole;

  /**
   * What people read of a new role.
   *
   * @default - which kind of jobs it is for
   */
  readonly description?: string;
}
