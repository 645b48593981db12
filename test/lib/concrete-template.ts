import { ENVIRONMENT } from './definition';

const { account, region } = ENVIRONMENT;

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: as CloudFormation has it, different for each type.
  readonly Properties: any;
  /** the name that CloudFormation gave it, where the template was deployed. */
  readonly PhysicalId?: string;
}

export type Resources = Readonly<Record<string, Resource>>;

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** How CloudFormation names the resources whose names or ARNs stand in policies, by their physical id if they have one. */
const NAMES: Readonly<Record<string, (id: string) => { ref: string; arn: string }>> = {
  'AWS::IAM::Role': (id) => ({ ref: id, arn: `arn:aws:iam::${account}:role/${id}` }),
  'AWS::KMS::Key': (id) => ({ ref: id, arn: `arn:aws:kms:${region}:${account}:key/${id}` }),
  'AWS::Lambda::Function': (id) => ({ ref: id, arn: `arn:aws:lambda:${region}:${account}:function:${id}` }),
  'AWS::Logs::LogGroup': (id) => ({ ref: id, arn: `arn:aws:logs:${region}:${account}:log-group:${id}:*` }),
  'AWS::S3::Bucket': (id) => ({ ref: id.toLowerCase(), arn: `arn:aws:s3:::${id.toLowerCase()}` }),
  'AWS::SageMaker::MlflowApp': (id) => {
    const arn = id.startsWith('arn:') ? id : `arn:aws:sagemaker:${region}:${account}:mlflow-app/app-${id}`;
    return { ref: arn, arn };
  },
  'AWS::SageMaker::ModelPackageGroup': (id) => {
    const arn = id.startsWith('arn:') ? id : `arn:aws:sagemaker:${region}:${account}:model-package-group/${id}`;
    return { ref: arn, arn };
  },
  'AWS::Events::Rule': (id) => ({ ref: id, arn: `arn:aws:events:${region}:${account}:rule/${id}` }),
  'AWS::SQS::Queue': (id) => ({
    ref: `https://sqs.${region}.amazonaws.com/${account}/${id}`,
    // the physical id of a queue is its address.
    arn: `arn:aws:sqs:${region}:${account}:${id.slice(id.lastIndexOf('/') + 1)}`,
  }),
};

/**
 * The ARN that a resource of the template would have.
 */
export function arnOf(resources: Resources, id: string): string {
  return namesOf(resources, id).arn;
}

/**
 * A part of the template with every reference in it resolved, as CloudFormation does when it deploys.
 */
// biome-ignore lint/suspicious/noExplicitAny: a policy document goes in, and a policy document comes out.
export function concrete(resources: Resources, value: any): any {
  if (Array.isArray(value)) {
    return value.map((item) => concrete(resources, item));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[name, argument] = [], ...more] = Object.entries<unknown>(value);
  if (more.length === 0 && name === 'Ref') {
    return PSEUDO_PARAMETERS[argument as string] ?? namesOf(resources, argument as string).ref;
  }
  if (more.length === 0 && name?.startsWith('Fn::')) {
    return callFunction(resources, name, argument);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, concrete(resources, item)]));
}

function callFunction(resources: Resources, name: string, argument: unknown): string | string[] {
  if (name === 'Fn::GetAtt') {
    const [id, attribute] = argument as [string, string];
    if (attribute === 'Arn') {
      return arnOf(resources, id);
    }
  }
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return concrete(resources, parts).join(separator);
  }
  if (name === 'Fn::Split') {
    const [separator, text] = argument as [string, unknown];
    return concrete(resources, text).split(separator);
  }
  if (name === 'Fn::Select') {
    const [index, list] = argument as [number, unknown];
    return concrete(resources, list)[index];
  }
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    return argument.replace(/\$\{([^}]+)\}/g, (_all, reference: string) => concrete(resources, { Ref: reference }));
  }
  throw new Error(`${name} of ${JSON.stringify(argument)} cannot be resolved; add it here`);
}

function namesOf(resources: Resources, id: string): { ref: string; arn: string } {
  const type = resources[id]?.Type;
  const names = type === undefined ? undefined : NAMES[type];
  if (!names) {
    throw new Error(`nobody knows the name of ${id}, a resource of the type ${type}; add its type here`);
  }
  return names(resources[id]?.PhysicalId ?? id);
}
