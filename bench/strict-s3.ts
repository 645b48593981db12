import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import type { Sandbox } from '../sandbox/instance';
import { runProgram } from '../sandbox/walk/run-program';

const OWNER = 'root';
const REQUEST = /\| (GET|HEAD|PUT|POST|DELETE) +\|/g;
const SETTLED_MILLISECONDS = 500;

/**
 * An S3 that verifies every signature, in the place of the one of the local AWS.
 */
export class StrictS3 {
  readonly client: S3Client;

  private constructor(
    readonly endpoint: string,
    readonly version: string,
    private readonly log: string,
    credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
  ) {
    this.client = new S3Client({ endpoint, region: 'us-east-1', credentials });
  }

  /** The one that this program was started beside, which from now on knows whoever asks the local AWS. */
  static async beside(sandbox: Sandbox): Promise<StrictS3> {
    const endpoint = variable('STRICT_S3_ENDPOINT');
    const secret = variable('STRICT_S3_SECRET');
    const program = variable('STRICT_S3_PROGRAM');
    const environment = { ...process.env, SSL_CERT_FILE: variable('STRICT_S3_AUTHORITY') };
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = sandbox.environment();
    const admin = ['admin', '--access', OWNER, '--secret', secret, '--region', 'us-east-1', '--endpoint-url', endpoint];
    const user = ['--access', AWS_ACCESS_KEY_ID, '--secret', AWS_SECRET_ACCESS_KEY, '--role', 'admin'];
    await runProgram(program, [...admin, 'create-user', ...user], { environment, secrets: [secret] });
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
    return new StrictS3(endpoint, variable('STRICT_S3_VERSION'), variable('STRICT_S3_LOG'), credentials);
  }

  async createBucket(Bucket: string): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket }));
    await this.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }

  /** How many requests it has had so far: each is a line of its log, which comes a moment later. */
  async requests(): Promise<number> {
    for (let before = -1, now = this.logged(); ; before = now, now = this.logged()) {
      if (now === before) {
        return now;
      }
      await sleep(SETTLED_MILLISECONDS);
    }
  }

  private logged(): number {
    return readFileSync(this.log, 'utf8').match(REQUEST)?.length ?? 0;
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: start the benchmarks with npm run bench:questions`);
  }
  return value;
}
