import { runSimulation } from '@cloud-copilot/iam-simulate';
import { arnOf, concrete, type Resource, type Resources } from './concrete-template';
import { ENVIRONMENT } from './definition';

const { account } = ENVIRONMENT;

/**
 * One call of an AWS API, with what IAM learns of it.
 */
export interface Call {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | string[]>>;
}

export interface Principal {
  readonly arn: string;
  readonly policies: readonly { readonly name: string; readonly policy: unknown }[];
}

export const ADMINISTRATOR: Principal = {
  arn: `arn:aws:iam::${account}:role/Administrator`,
  policies: [
    {
      name: 'AdministratorAccess',
      policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    },
  ],
};

/**
 * An account in which a template was deployed: who may do what there, by the policies of principals and of resources.
 */
export class SimulatedAccount {
  private readonly resourcePolicies: ReadonlyMap<string, unknown>;

  constructor(private readonly resources: Resources) {
    this.resourcePolicies = new Map(resourcePoliciesOf(resources));
  }

  /** The ids of all roles. */
  roles(): string[] {
    return this.idsOf('AWS::IAM::Role');
  }

  role(id: string): Principal {
    const policies = this.idsOf('AWS::IAM::Policy')
      .filter((policy) => this.properties(policy).Roles.some(({ Ref }: { Ref: string }) => Ref === id))
      .map((policy) => ({ name: policy, policy: concrete(this.resources, this.properties(policy).PolicyDocument) }));
    return { arn: arnOf(this.resources, id), policies };
  }

  /** The ARN of the one resource of a type whose id matches. */
  arn(type: string, id: RegExp): string {
    const [found, ...more] = this.idsOf(type).filter((candidate) => id.test(candidate));
    if (found === undefined || more.length > 0) {
      throw new Error(`${id} has to match one ${type}, it matches ${[found, ...more].join(', ')}`);
    }
    return arnOf(this.resources, found);
  }

  /**
   * Whether all of some calls are allowed. A call that IAM would not know is an error, and so is context that IAM would
   * not look at: either would be denied for a reason that nobody meant.
   */
  async allows(principal: Principal, calls: readonly Call[]): Promise<boolean> {
    for (const call of calls) {
      if (!(await this.allowsCall(principal, call))) {
        return false;
      }
    }
    return true;
  }

  private async allowsCall(principal: Principal, { action, resource, context }: Call): Promise<boolean> {
    const simulated = await runSimulation(
      {
        request: {
          principal: principal.arn,
          action,
          resource: { resource, accountId: account },
          contextVariables: { 'aws:SecureTransport': 'true', ...context },
        },
        identityPolicies: [...principal.policies],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        resourcePolicy: this.policyOf(resource),
      },
      {},
    );
    const asked = `${principal.arn}: ${action} on ${resource}`;
    if (simulated.resultType === 'error') {
      throw new Error(`${asked} cannot be simulated: ${JSON.stringify(simulated.errors)}`);
    }
    if (simulated.resultType === 'wildcard') {
      // of an action that may or may not name a resource, a call without one is simulated for all of them.
      if (resource === '*') {
        return simulated.overallResult === 'Allowed';
      }
      throw new Error(`${asked} names no single resource`);
    }
    const { ignoredContextKeys = [] } = simulated.result;
    if (ignoredContextKeys.length > 0) {
      throw new Error(`${asked} does not know the context ${ignoredContextKeys.join(', ')}`);
    }
    return simulated.overallResult === 'Allowed';
  }

  private policyOf(resource: string): unknown {
    const [bucket = ''] = resource.split('/');
    return this.resourcePolicies.get(resource.startsWith('arn:aws:s3:::') ? bucket : resource);
  }

  private idsOf(type: string): string[] {
    return Object.keys(this.resources).filter((id) => this.resources[id]?.Type === type);
  }

  private properties(id: string): Resource['Properties'] {
    return this.resources[id]?.Properties;
  }
}

function resourcePoliciesOf(resources: Resources): [string, unknown][] {
  return Object.entries(resources).flatMap(([id, { Type, Properties }]): [string, unknown][] => {
    const policyOf = (document: unknown) => concrete(resources, document);
    switch (Type) {
      case 'AWS::S3::BucketPolicy':
        return [[arnOf(resources, Properties.Bucket.Ref), policyOf(Properties.PolicyDocument)]];
      case 'AWS::SQS::QueuePolicy':
        return Properties.Queues.map(({ 'Fn::GetAtt': at, Ref }: { 'Fn::GetAtt'?: [string]; Ref?: string }) => [
          arnOf(resources, at?.[0] ?? Ref ?? ''),
          policyOf(Properties.PolicyDocument),
        ]);
      case 'AWS::KMS::Key':
        return [[arnOf(resources, id), policyOf(Properties.KeyPolicy)]];
      case 'AWS::IAM::Role':
        return [[arnOf(resources, id), policyOf(Properties.AssumeRolePolicyDocument)]];
      default:
        return [];
    }
  });
}
