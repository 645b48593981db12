import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { JobNetwork } from './job-network';
import { CREATE_INTERFACES, DELETE_INTERFACE_PERMISSIONS, DESCRIBE_NETWORK, USE_INTERFACES } from './private/perms';

/**
 * Grants on the network of jobs.
 */
export class JobNetworkGrants {
  /**
   * Grants for a network.
   */
  static fromJobNetwork(network: JobNetwork): JobNetworkGrants {
    return new JobNetworkGrants(network);
  }

  private constructor(private readonly network: JobNetwork) {}

  /**
   * Lets a job's role have SageMaker put the job's instances into the subnets, with these security groups and no others.
   */
  use(grantee: iam.IGrantable): iam.Grant {
    const { vpc, subnets, securityGroups } = this.network;
    // of a shared VPC, the subnets are in its owner's account.
    const inVpc = (resource: string, id: string) => this.arn(resource, id, vpc.env.account, vpc.env.region);
    const subnetArns = subnets.map(({ subnetId }) => inVpc('subnet', subnetId));
    const groupArns = securityGroups.map(({ securityGroupId, env }) =>
      this.arn('security-group', securityGroupId, env.account, env.region),
    );
    const interfaces = this.arn('network-interface', '*');
    const allow = (actions: string[], resourceArns: string[], conditions?: Record<string, Record<string, unknown>>) =>
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns, conditions });
    return (
      allow(CREATE_INTERFACES, [interfaces, ...subnetArns, ...groupArns])
        // the service makes the ids, so the subnets say which interfaces are meant.
        .combine(allow(USE_INTERFACES, [interfaces], { ArnEquals: { 'ec2:Subnet': subnetArns } }))
        // EC2 need not name the interface when it checks the first, and knows no resource for the others
        // (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
        .combine(allow([...DELETE_INTERFACE_PERMISSIONS, ...DESCRIBE_NETWORK], ['*']))
    );
  }

  private arn(resource: string, resourceName: string, account?: string, region?: string): string {
    return Stack.of(this.network).formatArn({ service: 'ec2', resource, resourceName, account, region });
  }
}
