import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import contract from '../../../lib/private/contract.json';

const names = contract.stackOutputs;

/**
 * The outputs of a stack with a platform.
 */
export const OUTPUTS: Readonly<Record<string, string>> = {
  [names.dvcRemoteUrl]: 's3://remote/dvc',
  [names.mlflowAppArn]: 'arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/app-EXAMPLE',
  [names.dataRepositories]: '[{"url":"https://git.example.com/team/data.git"}]',
  [names.platformName]: 'demo',
  [names.evidenceBucketName]: 'evidence',
  [names.jobToolkit]:
    '{"toolkitUri":"s3://a/b.zip","handoverUri":"s3://c/lineage","entrypoints":{"processing-job":["sh"],"training-job":["sh"]}}',
};

/**
 * A CloudFormation that knows one stack, and keeps by whom it was asked.
 */
export class OneStack {
  readonly authorizations: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly endpoint: string,
  ) {}

  static async start(stackName: string, outputs: Readonly<Record<string, string>> = OUTPUTS): Promise<OneStack> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const stack = new OneStack(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      stack.authorizations.push(request.headers.authorization ?? '');
      const asked: Buffer[] = [];
      for await (const chunk of request) {
        asked.push(chunk);
      }
      const isKnown = new URLSearchParams(Buffer.concat(asked).toString()).get('StackName') === stackName;
      response
        .writeHead(isKnown ? 200 : 400, { 'content-type': 'text/xml' })
        .end(isKnown ? described(outputs) : UNKNOWN);
    });
    return stack;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const UNKNOWN = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>
<Message>Stack with id other does not exist</Message></Error></ErrorResponse>`;

function described(outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs)
    .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
    .join('');
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
<Outputs>${members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}
