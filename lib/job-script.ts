import type * as iam from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import { allowReadingAsset } from './private/asset-grants';
import { contract } from './private/contract';
import { invalid } from './private/errors';

/**
 * What a pipeline has to know of a script once it is bound.
 */
export interface JobScriptConfig {
  /**
   * Where the code is in S3.
   *
   * @default - the code comes from a repository, and the job fetches it itself
   */
  readonly codeUri?: string;

  /**
   * The variables that tell the job its script.
   */
  readonly environment: Record<string, string>;

  /**
   * Whether the revision of the code is a parameter of the pipeline, so that an edit needs no deployment.
   */
  readonly hasRevision: boolean;
}

/**
 * Options for the script of a job.
 */
export interface JobScriptOptions {
  /**
   * The file in the folder that is run.
   *
   * @default - `preprocess.py` or `train.py`, by the step
   */
  readonly entry?: string;
}

/**
 * A data scientist's plain script, which knows nothing of lineage.
 */
export abstract class JobScript {
  /**
   * A folder on the machine that deploys. An edit needs a deployment.
   */
  static fromAsset(path: string, options: JobScriptOptions = {}): JobScript {
    return new AssetScript(path, options);
  }

  /**
   * The top folder of a Git repository. Its revision is a parameter of the pipeline: an edit needs a push and no deployment.
   *
   * The job resolves the revision like a data revision, and records the code commit.
   */
  static fromRepository(repository: IDataRepository, options: JobScriptOptions = {}): JobScript {
    return new RepositoryScript(repository, options);
  }

  /**
   * Defines what the script needs, and lets a job read it.
   *
   * @param scope the step
   * @param defaultEntry the file that is run unless the options name another
   * @param grantee the role of the job
   */
  abstract bind(scope: Construct, defaultEntry: string, grantee: iam.IGrantable): JobScriptConfig;
}

class AssetScript extends JobScript {
  constructor(
    private readonly path: string,
    private readonly options: JobScriptOptions,
  ) {
    super();
  }

  bind(scope: Construct, defaultEntry: string, grantee: iam.IGrantable): JobScriptConfig {
    const asset = new Asset(scope, 'Code', { path: this.path });
    allowReadingAsset(asset, grantee);
    return {
      codeUri: asset.s3ObjectUrl,
      environment: { [contract.jobEnvironment.script]: entryOf(scope, this.options, defaultEntry) },
      hasRevision: false,
    };
  }
}

class RepositoryScript extends JobScript {
  constructor(
    private readonly repository: IDataRepository,
    private readonly options: JobScriptOptions,
  ) {
    super();
  }

  bind(scope: Construct, defaultEntry: string, grantee: iam.IGrantable): JobScriptConfig {
    this.repository.grants.read(grantee);
    const { script, codeRepositoryUrl, codeRepositoryTokenSecretArn } = contract.jobEnvironment;
    return {
      environment: {
        [script]: entryOf(scope, this.options, defaultEntry),
        [codeRepositoryUrl]: this.repository.url,
        ...(this.repository.tokenSecret && { [codeRepositoryTokenSecretArn]: this.repository.tokenSecret.secretArn }),
      },
      hasRevision: true,
    };
  }
}

function entryOf(scope: Construct, { entry }: JobScriptOptions, defaultEntry: string): string {
  if (entry !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\.py$/.test(entry)) {
    throw invalid(
      scope,
      'JobScriptInvalid',
      `entry must be the name of a Python file in the folder, such as ${defaultEntry}, got ${JSON.stringify(entry)}`,
    );
  }
  return entry ?? defaultEntry;
}
