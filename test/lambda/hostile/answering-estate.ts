import { join } from 'node:path';
import { contract } from '../../../core/contract';
import { tlsDirectory } from '../../../sandbox/project-paths';
import { digestSigner } from '../../core/evidence/digest-signer';
import { GitHost, TOKEN } from '../../core/git/git-host';
import { LocalS3, type Version } from '../../core/s3/local-s3';
import { dataFiles, type HonestEstate, honestEstate } from './honest-estate';
import { type GivenAnswer, LoopbackHttps, type SeenRequest } from './loopback-https';
import type { PlatformFunction } from './platform-functions';
import { type RecordedCall, RecordingAws, type Respond } from './recording-aws';

const MLFLOW_PATH = '/api/2.0/mlflow/';
const GIT_PATH = '/team/data.git/';

/** What was written to MLflow. */
export interface MlflowWrite {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: as the API has it, different for each operation.
  readonly input: any;
}

/** What a service says in the place of the honest answer, to each call of one operation. */
export interface Lie {
  readonly operation: string;
  readonly body: GivenAnswer['body'];
}

/**
 * An estate on loopback whose services answer honestly, but for one operation at a time: SageMaker, KMS, Secrets Manager,
 * SQS, S3, MLflow, and a Git host with real Git behind it.
 */
export class AnsweringEstate {
  static async start(deriver: PlatformFunction): Promise<AnsweringEstate> {
    const git = await GitHost.start();
    const dataCommit = git.commit('honest', dataFiles(deriver));
    git.git('tag', 'honest');
    git.git('push', '--quiet', git.url, 'main', 'honest');
    const s3 = new LocalS3();
    const client = await s3.start();
    s3.now = () => new Date().toISOString();
    const { port } = (await client.config.endpoint?.()) ?? {};
    const estate = new AnsweringEstate(git, s3, `http://127.0.0.1:${port}`);
    estate.aws = await RecordingAws.start((call) => estate.answerOfAws(call));
    estate.https = await LoopbackHttps.start((request) => estate.answerOfHosts(request));
    estate.honest = honestEstate(deriver, `${estate.https.origin}${GIT_PATH.slice(0, -1)}`, dataCommit);
    for (const [key, content] of Object.entries(estate.honest.objects)) {
      s3.add(key, Buffer.from(content));
    }
    return estate;
  }

  honest!: HonestEstate;
  /** asked before Git is: what the host answers in its place, made of what it answered. */
  lieOfGit: ((request: SeenRequest, honest: GivenAnswer & { body: Buffer }) => GivenAnswer) | undefined;
  private aws!: RecordingAws;
  private https!: LoopbackHttps;
  private lie: Lie | undefined;
  private mlflowWrites: MlflowWrite[] = [];
  private readonly signer = digestSigner();
  /** what Git answered, by what it was asked: it always answers the same. */
  private readonly answersOfGit = new Map<string, Promise<GivenAnswer & { body: Buffer }>>();

  private constructor(
    readonly git: GitHost,
    readonly s3: LocalS3,
    private readonly s3Endpoint: string,
  ) {}

  environment({ variables }: PlatformFunction): NodeJS.ProcessEnv {
    const repositories = [{ url: this.honest.dataRepository, tokenSecretArn: 'arn:token' }];
    return {
      ...this.aws.environment({
        ...variables,
        ...(contract.functionEnvironment.dataRepositories in variables && {
          [contract.functionEnvironment.dataRepositories]: JSON.stringify(repositories),
        }),
      }),
      [contract.jobEnvironment.mlflowEndpoint]: this.https.origin,
      AWS_ENDPOINT_URL_S3: this.s3Endpoint,
      NODE_EXTRA_CA_CERTS: join(tlsDirectory, 'ca.pem'),
    };
  }

  /** What is in S3 now. */
  objects(): ReadonlyMap<string, Version[]> {
    return new Map(this.s3.objects);
  }

  /** From now on S3 has these objects again, and all others answer honestly but for the lie. */
  restore(objects: ReadonlyMap<string, Version[]>, lie?: Lie): void {
    this.lie = lie;
    this.lieOfGit = undefined;
    this.s3.objects.clear();
    for (const [key, versions] of objects) {
      this.s3.objects.set(key, versions);
    }
    this.s3.puts.length = 0;
    this.takeCalls();
    this.takeMlflowWrites();
  }

  takeCalls(): RecordedCall[] {
    return this.aws.takeCalls();
  }

  takeMlflowWrites(): MlflowWrite[] {
    const taken = this.mlflowWrites;
    this.mlflowWrites = [];
    return taken;
  }

  async stop(): Promise<void> {
    this.aws.stop();
    this.https.stop();
    this.git.stop();
    await this.s3.stop();
  }

  private answerOfAws({ operation, input }: RecordedCall): ReturnType<Respond> {
    const [service = '', name = ''] = operation.split('.');
    switch (operation) {
      case 'TrentService.GetPublicKey': {
        const PublicKey = this.signer.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
        return [200, JSON.stringify({ PublicKey })];
      }
      case 'TrentService.Sign':
        return this.signer
          .sign(Buffer.from(input.Message, 'base64'))
          .then(
            (signature) => [200, JSON.stringify({ Signature: Buffer.from(signature).toString('base64') })] as const,
          );
      case 'secretsmanager.GetSecretValue':
        return [200, JSON.stringify({ SecretString: TOKEN })];
    }
    if (service !== 'SageMaker') {
      return undefined;
    }
    const body = this.lie?.operation === name ? String(this.lie.body) : JSON.stringify(this.honest.sagemaker[name]);
    return body === undefined ? undefined : [200, body];
  }

  private async answerOfHosts(request: SeenRequest): Promise<GivenAnswer> {
    return request.url.pathname.startsWith(GIT_PATH) ? this.answerOfGit(request) : this.answerOfMlflow(request);
  }

  private async answerOfGit(request: SeenRequest): Promise<GivenAnswer> {
    const { method, url, headers, body } = request;
    const asked = [method, url.pathname, url.search, headers['git-protocol'], body.toString('base64')].join(' ');
    const asking = this.answersOfGit.get(asked) ?? this.askGit(request);
    this.answersOfGit.set(asked, asking);
    const honest = await asking;
    return this.lieOfGit?.(request, honest) ?? honest;
  }

  private async askGit({ method, url, headers, body }: SeenRequest): Promise<GivenAnswer & { body: Buffer }> {
    const { host: _host, connection: _connection, ...passed } = headers as Record<string, string>;
    const response = await fetch(`${this.git.origin}${url.pathname}${url.search}`, {
      method,
      headers: passed,
      ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
    });
    return {
      status: response.status,
      headers: { 'content-type': response.headers.get('content-type') ?? '' },
      body: Buffer.from(await response.arrayBuffer()),
    };
  }

  private answerOfMlflow({ url, body }: SeenRequest): GivenAnswer {
    const path = url.pathname.slice(MLFLOW_PATH.length);
    if (this.lie?.operation === path) {
      return { status: 200, body: this.lie.body };
    }
    const answer = this.honest.mlflow[path];
    if (!answer) {
      this.mlflowWrites.push({ path, input: JSON.parse(body.toString() || '{}') });
    }
    return { status: 200, body: JSON.stringify(answer ?? {}) };
  }
}
