import { Validations } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

/** The network that tasks run in: two zones, no NAT gateway that costs by the hour, and nothing that comes in. */
export class Network extends Construct {
  /** The VPC, whose only subnets are those of the tasks. */
  public readonly vpc: Vpc;
  /** The security group of the tasks: it lets them reach AWS, and nobody reach them. */
  public readonly taskGroup: SecurityGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    this.vpc = new Vpc(this, 'Vpc', {
      natGateways: 0,
      subnetConfiguration: [{ name: 'Tasks', subnetType: SubnetType.PUBLIC }],
      // Nothing is in the default security group; to empty it would take a function with rights of its own.
      restrictDefaultSecurityGroup: false,
    });
    this.taskGroup = new SecurityGroup(this, 'TaskGroup', { vpc: this.vpc, description: 'Tasks, which nobody calls' });

    Validations.of(this.vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason: 'Nothing can connect to a task, and tasks talk to services of AWS alone, which log their calls.',
    });
  }
}
