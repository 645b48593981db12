import { z } from 'zod';
import { pattern } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import { parseJson } from '../delivery/parse-json';

const Name = z.string().regex(pattern('jobName'));
const Arn = z.string().regex(pattern('evidenceArn'));

const event = <T extends string, D extends z.ZodRawShape>(detailType: T, detail: D) =>
  z.object({ source: z.literal('aws.sagemaker'), 'detail-type': z.literal(detailType), detail: z.object(detail) });

const DeploymentEvent = z.discriminatedUnion('detail-type', [
  event('SageMaker Endpoint State Change', { EndpointName: Name, EndpointArn: Arn }),
  event('SageMaker Transform Job State Change', { TransformJobName: Name, TransformJobArn: Arn }),
  event('SageMaker Model Package State Change', { ModelPackageArn: Arn }),
]);

/**
 * What an event is about, before it was looked up.
 */
export type NamedDeployment =
  | { readonly kind: 'endpoint' | 'transform-job'; readonly arn: string; readonly name: string }
  | { readonly kind: 'model-package'; readonly arn: string };

/**
 * What readDeployment takes for a change of an endpoint, a transform job or a model package: with it that is looked at
 * again.
 */
export function deploymentEvent(named: NamedDeployment): string {
  const event = (what: string, detail: Readonly<Record<string, string>>) =>
    JSON.stringify({ source: 'aws.sagemaker', 'detail-type': `SageMaker ${what} State Change`, detail });
  switch (named.kind) {
    case 'endpoint':
      return event('Endpoint', { EndpointName: named.name, EndpointArn: named.arn });
    case 'transform-job':
      return event('Transform Job', { TransformJobName: named.name, TransformJobArn: named.arn });
    case 'model-package':
      return event('Model Package', { ModelPackageArn: named.arn });
  }
}

/**
 * Takes from an event what it is about, and nothing else: what the event says of it may be old, doubled or out of order.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export function readDeployment(body: string): NamedDeployment {
  const read = DeploymentEvent.safeParse(parseJson(body));
  if (!read.success) {
    throw new CannotSucceed(
      'malformed-message',
      `no event about an endpoint, a transform job or a model package: ${z.prettifyError(read.error)}`,
    );
  }
  switch (read.data['detail-type']) {
    case 'SageMaker Endpoint State Change':
      return { kind: 'endpoint', arn: read.data.detail.EndpointArn, name: read.data.detail.EndpointName };
    case 'SageMaker Transform Job State Change':
      return { kind: 'transform-job', arn: read.data.detail.TransformJobArn, name: read.data.detail.TransformJobName };
    case 'SageMaker Model Package State Change':
      return { kind: 'model-package', arn: read.data.detail.ModelPackageArn };
  }
}
