import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CodeCommitDataRepository,
  DataRepository,
  type IDataRepository,
  JobNetwork,
  type JobNetworkProps,
  TrainingRole,
} from '../../lib';
import { processingNetwork, trainingNetwork } from '../../lib/private/job-network-settings';
import {
  defineJobParts,
  defineRepository,
  defineRole,
  defineStack,
  ENVIRONMENT,
  REPOSITORY_URL,
  SECRET_ARN,
  statementsOf,
} from './definition';

function importVpc(stack: Stack, ids: Partial<ec2.VpcAttributes> = { privateSubnetIds: ['subnet-1', 'subnet-2'] }) {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], ...ids });
}

function importGroup(stack: Stack, id = 'sg-1') {
  return ec2.SecurityGroup.fromSecurityGroupId(stack, id, id);
}

function define(stack: Stack, props: Partial<JobNetworkProps> = {}): JobNetwork {
  return new JobNetwork(stack, 'Network', { vpc: props.vpc ?? importVpc(stack), ...props });
}

const EC2 = 'arn:aws:ec2:us-east-1:111122223333';

function concrete(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value).replace(
      /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]*)"\]\]\}/g,
      '"arn:aws$1"',
    ),
  );
}

test('the role of a job may have interfaces made in these subnets with these groups, and in no others', () => {
  const stack = defineStack();
  define(stack, { securityGroups: [importGroup(stack)] }).grants.use(defineRole(stack));
  expect(concrete(statementsOf(Template.fromStack(stack), 'Grantee'))).toEqual([
    {
      Effect: 'Allow',
      Action: 'ec2:CreateNetworkInterface',
      Resource: [
        `${EC2}:network-interface/*`,
        `${EC2}:subnet/subnet-1`,
        `${EC2}:subnet/subnet-2`,
        `${EC2}:security-group/sg-1`,
      ],
    },
    {
      Effect: 'Allow',
      Action: ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface'],
      Resource: `${EC2}:network-interface/*`,
      Condition: { ArnEquals: { 'ec2:Subnet': [`${EC2}:subnet/subnet-1`, `${EC2}:subnet/subnet-2`] } },
    },
    {
      Effect: 'Allow',
      Action: [
        'ec2:DeleteNetworkInterfacePermission',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      Resource: '*',
    },
  ]);
});

test('a role of jobs is allowed to use its network', () => {
  const stack = defineStack();
  const network = define(stack);
  new TrainingRole(stack, 'Training', { ...defineJobParts(stack), network });
  expect(JSON.stringify(statementsOf(Template.fromStack(stack), 'Training'))).toContain('ec2:CreateNetworkInterface"');
});

test('an own security group lets out https, and lets the instances of a job talk by TCP, encrypted or not', () => {
  const stack = defineStack();
  define(stack);
  const template = Template.fromStack(stack);
  const [[group]] = Object.entries(template.findResources('AWS::EC2::SecurityGroup')) as [[string, object]];
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: Match.absent(),
    SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }],
    VpcId: 'vpc-1',
  });
  const itself = { 'Fn::GetAtt': [group, 'GroupId'] };
  const between = [
    { IpProtocol: 'tcp', FromPort: 0, ToPort: 65535 },
    { IpProtocol: 'udp', FromPort: 500, ToPort: 500 },
    { IpProtocol: '50' },
  ];
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', between.length);
  template.resourceCountIs('AWS::EC2::SecurityGroupEgress', between.length);
  for (const port of between) {
    const rule = { ...port, GroupId: itself };
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { ...rule, SourceSecurityGroupId: itself });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { ...rule, DestinationSecurityGroupId: itself });
  }
});

test('given security groups are taken as they are', () => {
  const stack = defineStack();
  define(stack, { securityGroups: [importGroup(stack)] });
  Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 0);
});

test('connections are those of the security groups', () => {
  const stack = defineStack();
  const network = define(stack);
  network.connections.allowTo(ec2.Peer.ipv4('10.0.0.9/32'), ec2.Port.tcp(8443), 'A Git host');
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '10.0.0.9/32', FromPort: 8443 })]),
  });
});

test('jobs are told the subnets and groups, and to encrypt what their instances tell each other', () => {
  const stack = defineStack();
  const network = define(stack, { securityGroups: [importGroup(stack, 'sg-1'), importGroup(stack, 'sg-2')] });
  const VpcConfig = { Subnets: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1', 'sg-2'] };
  expect(processingNetwork(network)).toEqual({
    NetworkConfig: { EnableInterContainerTrafficEncryption: true, VpcConfig },
  });
  expect(trainingNetwork(network)).toEqual({ EnableInterContainerTrafficEncryption: true, VpcConfig });
});

test('the encryption between instances can be left out', () => {
  const network = define(defineStack(), { encryptInterContainerTraffic: false });
  expect(trainingNetwork(network)).toMatchObject({ EnableInterContainerTrafficEncryption: false });
});

test('without a network jobs are told nothing', () => {
  expect({ ...processingNetwork(undefined), ...trainingNetwork(undefined) }).toEqual({});
});

test('the subnets can be chosen', () => {
  const stack = defineStack();
  const subnets = [ec2.Subnet.fromSubnetId(stack, 'Own', 'subnet-9')];
  expect(define(stack, { vpcSubnets: { subnets } }).subnets).toEqual(subnets);
  Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('way out'));
});

test.each(['isolated', 'public'] as const)('jobs in %s subnets are warned about', (kind) => {
  const stack = defineStack();
  const vpc = importVpc(stack, { [`${kind}SubnetIds`]: ['subnet-1'] });
  const subnetType = { isolated: ec2.SubnetType.PRIVATE_ISOLATED, public: ec2.SubnetType.PUBLIC }[kind];
  define(stack, { vpc, vpcSubnets: { subnetType } });
  Annotations.fromStack(stack).hasWarning(
    '/Stack/Network',
    Match.stringLikeRegexp(
      'instances of jobs have no way out of Stack/Vpc/\\w+Subnet1, so that they reach neither MLflow nor a Git host outside of the VPC; take private subnets with a NAT gateway, or another way out',
    ),
  );
});

describe('endpoints', () => {
  const services = (stack: Stack) =>
    Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint'))
      .map(({ Properties }) => JSON.stringify(Properties.ServiceName).match(/([a-z0-9.-]+)"\]?\]?\}?$/)?.[1])
      .sort();
  const own = (stack: Stack) => new ec2.Vpc(stack, 'OwnVpc', { maxAzs: 1, natGateways: 1 });

  test('are S3 and, for a token, Secrets Manager, reachable by the jobs only', () => {
    const stack = defineStack();
    define(stack, { vpc: own(stack) }).addEndpoints({ dataRepositories: [defineRepository(stack)] });
    expect(services(stack)).toEqual(['.s3', 'com.amazonaws.us-east-1.secretsmanager']);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      RouteTableIds: [{ Ref: Match.stringLikeRegexp('PrivateSubnet1RouteTable') }],
    });
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Interface',
      PrivateDnsEnabled: true,
      SubnetIds: [{ Ref: Match.stringLikeRegexp('PrivateSubnet1Subnet') }],
    });
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')).map(
      ({ Properties }) => Properties,
    );
    expect(rules).toContainEqual(
      expect.objectContaining({
        FromPort: 443,
        ToPort: 443,
        SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^NetworkSecurityGroup/), 'GroupId'] },
      }),
    );
    expect(JSON.stringify(template.findResources('AWS::EC2::SecurityGroup'))).not.toContain('VpcCidr');
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Network',
      'no endpoint for MLflow is added: that the service "aws.sagemaker.<region>.mlflow" serves MLflow Apps is unconfirmed; the subnets need another way to MLflow and to the Git host, such as a NAT gateway [ack: cdk-ml-lineage:JobNetwork.mlflowWithoutEndpoint]',
    );
  });

  test.each([
    ['in the region', 'us-east-1', ['.s3', 'com.amazonaws.us-east-1.git-codecommit']],
    ['elsewhere', 'eu-west-1', ['.s3']],
  ])('are CodeCommit for a repository there, %s', (_where, region, expected) => {
    const stack = defineStack();
    const url = `https://git-codecommit.${region}.amazonaws.com/v1/repos/data`;
    define(stack, { vpc: own(stack) }).addEndpoints({
      dataRepositories: [new DataRepository(stack, 'Data', { url })],
    });
    expect(services(stack)).toEqual(expected);
  });

  test.each(['tokenSecret', 'pushTokenSecret'])('are Secrets Manager for a %s alone', (name) => {
    const stack = defineStack();
    const repository = Object.assign(new DataRepository(stack, 'Data', { url: REPOSITORY_URL }), {
      [name]: Secret.fromSecretCompleteArn(stack, 'Token', SECRET_ARN),
    });
    define(stack, { vpc: own(stack) }).addEndpoints({ dataRepositories: [repository] });
    expect(services(stack)).toEqual(['.s3', 'com.amazonaws.us-east-1.secretsmanager']);
  });

  test('are S3 alone for a repository of another host without a token', () => {
    const stack = defineStack();
    define(stack, { vpc: own(stack) }).addEndpoints({
      dataRepositories: [new DataRepository(stack, 'Data', { url: REPOSITORY_URL })],
    });
    expect(services(stack)).toEqual(['.s3']);
  });

  describe('are CodeCommit for a repository whose ARN', () => {
    const CODECOMMIT = 'com.amazonaws.us-east-1.git-codecommit';
    const there = (stack: Stack) =>
      new Stack(stack.node.root, 'There', { env: { ...ENVIRONMENT, region: 'eu-west-1' } });

    test.each<[string, (stack: Stack) => IDataRepository, string[]]>([
      [
        'the deployment makes in this region',
        (stack) => new CodeCommitDataRepository(stack, 'Data', { repositoryName: 'data' }),
        ['.s3', CODECOMMIT],
      ],
      [
        'the deployment makes elsewhere, not',
        (stack) => new CodeCommitDataRepository(there(stack), 'Data', { repositoryName: 'data' }),
        ['.s3'],
      ],
      [
        'the deployment makes, who knows where',
        (stack) =>
          new CodeCommitDataRepository(new Stack(stack.node.root, 'Anywhere'), 'D', { repositoryName: 'data' }),
        ['.s3', CODECOMMIT],
      ],
      [
        'names this region',
        (stack) =>
          DataRepository.fromCodeCommit(
            there(stack),
            'Data',
            codecommit.Repository.fromRepositoryArn(stack, 'R', 'arn:aws:codecommit:us-east-1:111122223333:data'),
          ),
        ['.s3', CODECOMMIT],
      ],
      [
        'names another region, not',
        (stack) =>
          DataRepository.fromCodeCommit(
            stack,
            'Data',
            codecommit.Repository.fromRepositoryArn(stack, 'R', 'arn:aws:codecommit:eu-west-1:111122223333:data'),
          ),
        ['.s3'],
      ],
    ])('%s', (_arn, repository, expected) => {
      const stack = defineStack();
      define(stack, { vpc: own(stack) }).addEndpoints({ dataRepositories: [repository(stack)] });
      expect(services(stack)).toEqual(expected);
    });
  });

  test('are CodeCommit where the region is known at deployment only', () => {
    const stack = new Stack(new App(), 'Anywhere');
    const url = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data';
    define(stack, { vpc: own(stack) }).addEndpoints({
      dataRepositories: [new DataRepository(stack, 'Data', { url })],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.git-codecommit']] },
    });
  });

  test('fail in a VPC of others', () => {
    const stack = defineStack();
    expect(() => define(stack).addEndpoints({ dataRepositories: [] })).toThrow(
      'vpc must be one that this app defines to be given endpoints, got the imported Stack/Vpc; its owner adds those for S3, Secrets Manager and CodeCommit',
    );
  });
});

describe('fails', () => {
  test.each<[string, (stack: Stack) => Partial<JobNetworkProps>]>([
    [
      'networkIsolation must be false, got true; an isolated container reaches neither Git, S3 nor MLflow: take away the ways out of the subnets that a job does not need',
      () => ({ networkIsolation: true }),
    ],
    [
      'vpc must have private subnets with a way out, got none; name other subnets as vpcSubnets, and give them a way to the Git host and to MLflow',
      (stack) => ({ vpc: importVpc(stack, { publicSubnetIds: ['subnet-1'] }) }),
    ],
    ['securityGroups must be 1 to 5, got 0; leave them out to have one made', () => ({ securityGroups: [] })],
    [
      'securityGroups must be 1 to 5, got 6; leave them out to have one made',
      (stack) => ({ securityGroups: [1, 2, 3, 4, 5, 6].map((id) => importGroup(stack, `sg-${id}`)) }),
    ],
    ['vpcSubnets must select 1 to 16 subnets, got 0', () => ({ vpcSubnets: { subnets: [] } })],
    [
      'vpcSubnets must select 1 to 16 subnets, got 17',
      (stack) => ({
        vpcSubnets: {
          subnets: Array.from({ length: 17 }, (_, id) => ec2.Subnet.fromSubnetId(stack, `S${id}`, `subnet-${id}`)),
        },
      }),
    ],
  ])('%s', (message, props) => {
    const stack = defineStack();
    expect(() => define(stack, props(stack))).toThrow(message);
  });
});

test('network isolation may be said to be off', () => {
  expect(() => define(defineStack(), { networkIsolation: false })).not.toThrow();
});

test('subnets of a shared VPC are in the account of its owner', () => {
  const app = new App();
  const owner = new Stack(app, 'Owner', { env: { account: '444455556666', region: 'us-east-1' } });
  const vpc = ec2.Vpc.fromVpcAttributes(owner, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: ['subnet-1'],
  });
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  new JobNetwork(stack, 'Network', { vpc, securityGroups: [importGroup(stack)] }).grants.use(defineRole(stack));
  const text = JSON.stringify(statementsOf(Template.fromStack(stack), 'Grantee'));
  expect(text).toContain(':ec2:us-east-1:444455556666:subnet/subnet-1');
  expect(text).toContain(':ec2:us-east-1:111122223333:security-group/sg-1');
  expect(text).toContain(':ec2:us-east-1:111122223333:network-interface/*');
});

test('a stack without account and region can hold a network of an L1 VPC', () => {
  const stack = new Stack(new App(), 'Anywhere');
  const resource = new ec2.CfnVPC(stack, 'Resource', { cidrBlock: '10.0.0.0/16' });
  const subnet = new ec2.CfnSubnet(stack, 'Subnet', { vpcId: resource.ref, cidrBlock: '10.0.0.0/24' });
  const vpc = importVpc(stack, { vpcId: resource.ref, privateSubnetIds: [subnet.ref] });
  const network = define(stack, { vpc });
  network.grants.use(defineRole(stack));
  expect(stack.resolve(trainingNetwork(network))).toMatchObject({ VpcConfig: { Subnets: [{ Ref: 'Subnet' }] } });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test('a network of another stack can be used', () => {
  const app = new App();
  const network = define(new Stack(app, 'Networks'));
  const stack = new Stack(app, 'Jobs');
  network.grants.use(defineRole(stack));
  expect(JSON.stringify(statementsOf(Template.fromStack(stack), 'Grantee'))).toContain('subnet/subnet-1');
});
