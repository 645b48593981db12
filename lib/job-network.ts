import { Annotations, Resource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import { JobNetworkGrants } from './job-network-grants';
import { enforce, invalid, isKnown, type Rule } from './private/errors';

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html
const MOST_SUBNETS = 16;
const MOST_SECURITY_GROUPS = 5;

const HTTPS = ec2.Port.tcp(443);

// EC2 ignores the ports that the one of the CDK names for it.
const ESP = new ec2.Port({ protocol: ec2.Protocol.ESP, stringRepresentation: 'ESP 50' });

// what the instances of one job need of each other: frameworks choose their ports, and encryption between instances is IPsec
// (https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html). All traffic would only be needed by instances with EFA.
const BETWEEN_INSTANCES = [ec2.Port.allTcp(), ec2.Port.udp(500), ESP];

/**
 * Properties of a JobNetwork.
 */
export interface JobNetworkProps {
  /**
   * The VPC. SageMaker takes only one with default tenancy.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets that the instances of jobs are in: 1 to 16, with two free addresses for each instance.
   *
   * @default - the private subnets with a way out: jobs reach the Git host and MLflow over it
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the instances: 1 to 5. They need a rule to and from themselves for jobs of several instances.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new one: https to everywhere, and TCP and IPsec between the instances of its jobs. Instances with EFA need one that lets all
   * through between themselves
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Whether what the instances of one job tell each other is encrypted.
   *
   * It costs a job of a single instance nothing, and one of several instances time: batches and gradients, from which the
   * data can be guessed, pass between them.
   *
   * @default true
   */
  readonly encryptInterContainerTraffic?: boolean;

  /**
   * Whether containers are cut off from every network. It is refused: such a container reaches neither the data
   * repository nor the DVC remote nor MLflow, so that it can neither get nor record a dataset version.
   *
   * @default false
   */
  readonly networkIsolation?: boolean;
}

/**
 * What the jobs of a network talk to.
 */
export interface JobEndpointsOptions {
  /**
   * The data repositories that the jobs use.
   */
  readonly dataRepositories: IDataRepository[];
}

const RULES: readonly Rule<JobNetworkProps>[] = [
  {
    broken: ({ networkIsolation }) => networkIsolation === true,
    message: () =>
      'networkIsolation must be false, got true; an isolated container reaches neither Git, S3 nor MLflow: take away the ways out of the subnets that a job does not need',
  },
  {
    broken: ({ vpc, vpcSubnets }) => vpcSubnets === undefined && vpc.privateSubnets.length === 0,
    message: () =>
      'vpc must have private subnets with a way out, got none; name other subnets as vpcSubnets, and give them a way to the Git host and to MLflow',
  },
  {
    broken: ({ securityGroups }) =>
      securityGroups !== undefined && (securityGroups.length === 0 || securityGroups.length > MOST_SECURITY_GROUPS),
    message: ({ securityGroups }) =>
      `securityGroups must be 1 to ${MOST_SECURITY_GROUPS}, got ${securityGroups?.length}; leave them out to have one made`,
  },
];

/**
 * The subnets and security groups of jobs.
 *
 * Without one, jobs run in a network of SageMaker's with a way to the internet. Of what a job needs, SageMaker itself pulls
 * the image and writes the log; the container reaches S3, the token of the data repository, the Git host and MLflow through
 * these subnets.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html
 */
export class JobNetwork extends Construct implements ec2.IConnectable {
  /**
   * The VPC that jobs run in.
   */
  public readonly vpc: ec2.IVpc;

  /**
   * The subnets that the instances of jobs are in.
   */
  public readonly subnets: ec2.ISubnet[];

  /**
   * The security groups of the instances.
   */
  public readonly securityGroups: ec2.ISecurityGroup[];

  /**
   * Whether what the instances of one job tell each other is encrypted.
   */
  public readonly encryptInterContainerTraffic: boolean;

  /**
   * What the instances may connect to, and what may connect to them.
   */
  public readonly connections: ec2.Connections;

  /**
   * Which roles may be those of jobs in this network.
   */
  public readonly grants: JobNetworkGrants;

  constructor(scope: Construct, id: string, props: JobNetworkProps) {
    super(scope, id);
    enforce(this, 'JobNetworkInvalid', props, RULES);

    this.vpc = props.vpc;
    this.subnets = this.select(props);
    this.securityGroups = [...(props.securityGroups ?? [this.defineSecurityGroup()])];
    this.encryptInterContainerTraffic = props.encryptInterContainerTraffic ?? true;
    this.connections = new ec2.Connections({ securityGroups: this.securityGroups });
    this.grants = JobNetworkGrants.fromJobNetwork(this);
    this.warnOfSubnetsWithoutEgress();
  }

  /**
   * Adds the VPC endpoints through which jobs reach AWS without the internet: S3; Secrets Manager, where a repository has a
   * token; CodeCommit, where a repository is there. Jobs call no other service: S3 and Secrets Manager call KMS themselves.
   *
   * Leave it where the VPC has these endpoints, or where it is not of this app: its owner adds them.
   */
  addEndpoints(options: JobEndpointsOptions): void {
    if (!Resource.isOwnedResource(this.vpc)) {
      throw invalid(
        this,
        'JobNetworkInvalid',
        `vpc must be one that this app defines to be given endpoints, got the imported ${this.vpc.node.path}; its owner adds those for S3, Secrets Manager and CodeCommit`,
      );
    }
    new ec2.GatewayVpcEndpoint(this, 'S3', {
      vpc: this.vpc,
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnets: this.subnets }],
    });
    if (options.dataRepositories.some(({ tokenSecret, pushTokenSecret }) => tokenSecret ?? pushTokenSecret)) {
      this.addInterfaceEndpoint('SecretsManager', ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER);
    }
    if (options.dataRepositories.some((repository) => this.isAtCodeCommitHere(repository))) {
      this.addInterfaceEndpoint('CodeCommit', ec2.InterfaceVpcEndpointAwsService.CODECOMMIT_GIT);
    }
    // https://docs.aws.amazon.com/sagemaker/latest/dg/model-customize-mtrl-vpc.html names the endpoint, for jobs of another
    // kind; no page on MLflow Apps does.
    Annotations.of(this).addWarningV2(
      'cdk-ml-lineage:JobNetwork.mlflowWithoutEndpoint',
      'no endpoint for MLflow is added: that the service "aws.sagemaker.<region>.mlflow" serves MLflow Apps is unconfirmed; the subnets need another way to MLflow and to the Git host, such as a NAT gateway',
    );
  }

  // an endpoint leads to the service of its own region only.
  private isAtCodeCommitHere(repository: IDataRepository): boolean {
    if (repository.codeCommitArn === undefined) {
      return false;
    }
    // an ARN that only the deployment knows is that of a repository in the region of its stack.
    const [, , , region = Stack.of(repository).region] = repository.codeCommitArn.split(':');
    const here = Stack.of(this).region;
    return !isKnown(region) || !isKnown(here) || region === here;
  }

  private addInterfaceEndpoint(id: string, service: ec2.InterfaceVpcEndpointAwsService): void {
    new ec2.InterfaceVpcEndpoint(this, id, {
      vpc: this.vpc,
      service,
      subnets: { subnets: this.subnets },
      open: false,
    }).connections.allowDefaultPortFrom(this);
  }

  private select({ vpc, vpcSubnets }: JobNetworkProps): ec2.ISubnet[] {
    const { subnets } = vpc.selectSubnets(vpcSubnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS });
    if (subnets.length === 0 || subnets.length > MOST_SUBNETS) {
      throw invalid(
        this,
        'JobNetworkInvalid',
        `vpcSubnets must select 1 to ${MOST_SUBNETS} subnets, got ${subnets.length}`,
      );
    }
    return subnets;
  }

  private defineSecurityGroup(): ec2.ISecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: 'Jobs with lineage: https to everywhere, TCP and IPsec between the instances of a job',
      allowAllOutbound: false,
    });
    group.addEgressRule(ec2.Peer.anyIpv4(), HTTPS, 'S3, Secrets Manager, the Git host and MLflow');
    for (const port of BETWEEN_INSTANCES) {
      group.connections.allowInternally(port, 'Instances of one job');
    }
    return group;
  }

  private warnOfSubnetsWithoutEgress(): void {
    // an interface of SageMaker has no public address, so that a public subnet is no way out for it.
    const without = [...this.vpc.isolatedSubnets, ...this.vpc.publicSubnets].map(({ subnetId }) => subnetId);
    const names = this.subnets.filter(({ subnetId }) => without.includes(subnetId)).map(({ node }) => node.path);
    if (names.length > 0) {
      Annotations.of(this).addWarningV2(
        'cdk-ml-lineage:JobNetwork.subnetsWithoutEgress',
        `instances of jobs have no way out of ${names.join(', ')}, so that they reach neither MLflow nor a Git host outside of the VPC; take private subnets with a NAT gateway, or another way out`,
      );
    }
  }
}
