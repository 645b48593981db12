"""A template with every resource type and every property on the read-back's closed lists."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def arn(logical_id: str) -> Json:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def ref(name: str) -> Json:
    return {"Ref": name}


def policy(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def assumed_by(service: str) -> Json:
    return policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def tls_only(prefix: str, resource: Any) -> Json:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": f"{prefix}:*",
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def root_may(prefix: str) -> Json:
    root = {"Fn::Join": ["", ["arn:", ref("AWS::Partition"), ":iam::", ref("AWS::AccountId"), ":root"]]}
    return {"Effect": "Allow", "Principal": {"AWS": root}, "Action": f"{prefix}:*", "Resource": "*"}


PARAMETERS: Json = {
    "RetentionDays": {"Type": "Number", "Default": 30},
    "Compliance": {"Type": "String", "Default": "no"},
}
CONDITIONS: Json = {"IsCompliance": {"Fn::Equals": [ref("Compliance"), "yes"]}}
MAPPINGS: Json = {"Memory": {"Deriver": {"Megabytes": 256}}}

RESOURCES: Json = {
    "Key": {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "Description": "data",
            "Enabled": True,
            "EnableKeyRotation": True,
            "KeyPolicy": policy(root_may("kms")),
            "MultiRegion": False,
            "Origin": "AWS_KMS",
            "PendingWindowInDays": 7,
            "RotationPeriodInDays": 180,
        },
    },
    "SigningKey": {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "KeyPolicy": policy(root_may("kms")),
            "KeySpec": "ECC_NIST_P256",
            "KeyUsage": "SIGN_VERIFY",
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    },
    "KeyName": {
        "Type": "AWS::KMS::Alias",
        "Properties": {"AliasName": {"Fn::Sub": "alias/${AWS::StackName}"}, "TargetKeyId": arn("Key")},
    },
    "AccessLogs": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": [{"Key": "a", "Value": "b"}]}},
    "Evidence": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": {"Fn::Sub": "evidence-${AWS::StackName}"},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "BucketKeyEnabled": True,
                        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn("Key")},
                    }
                ]
            },
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": "tidy",
                        "Status": "Enabled",
                        "Prefix": "tmp/",
                        "ExpirationInDays": 90,
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                    },
                    {
                        "Id": "tier",
                        "Status": "Enabled",
                        "Prefix": "dvc/files/md5/",
                        "Transitions": [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}],
                    },
                    {
                        "Id": "abort",
                        "Status": "Enabled",
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                    },
                ]
            },
            "LoggingConfiguration": {"DestinationBucketName": ref("AccessLogs"), "LogFilePrefix": "evidence/"},
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {
                    "DefaultRetention": {
                        "Mode": {"Fn::If": ["IsCompliance", "COMPLIANCE", "GOVERNANCE"]},
                        "Days": ref("RetentionDays"),
                    }
                },
            },
            "ObjectLockEnabled": True,
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "VersioningConfiguration": {"Status": "Enabled"},
        },
    },
    "EvidencePolicy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": ref("Evidence"),
            "PolicyDocument": policy(tls_only("s3", [arn("Evidence"), {"Fn::Join": ["", [arn("Evidence"), "/*"]]}])),
        },
    },
    "DeadLetters": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "MessageRetentionPeriod": 1209600,
            "RedriveAllowPolicy": {"redrivePermission": "allowAll"},
            "SqsManagedSseEnabled": True,
        },
    },
    "Jobs": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "DelaySeconds": 0,
            "KmsDataKeyReusePeriodSeconds": 300,
            "KmsMasterKeyId": arn("Key"),
            "MaximumMessageSize": 262144,
            "MessageRetentionPeriod": 345600,
            "ReceiveMessageWaitTimeSeconds": 0,
            "RedrivePolicy": {"deadLetterTargetArn": arn("DeadLetters"), "maxReceiveCount": 3},
            "VisibilityTimeout": 180,
        },
    },
    "InOrder": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
    "JobsPolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [ref("Jobs")],
            "PolicyDocument": policy(
                tls_only("sqs", arn("Jobs")),
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn("Jobs"),
                    "Condition": {"ArnEquals": {"aws:SourceArn": arn("JobEnded")}},
                },
            ),
        },
    },
    "Consent": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "subject", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "DeletionProtectionEnabled": True,
            "KeySchema": [{"AttributeName": "subject", "KeyType": "HASH"}],
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn("Key")},
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"},
        },
    },
    "Log": {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"KmsKeyId": arn("Key"), "LogGroupClass": "STANDARD", "RetentionInDays": 365},
    },
    "Boundary": {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "PolicyDocument": policy({"Effect": "Allow", "Action": ["sqs:*", "logs:*"], "Resource": "*"}),
            "Roles": [ref("DeriverRole")],
        },
    },
    "Limit": {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": policy({"Effect": "Allow", "Action": "*", "Resource": "*"})},
    },
    "DeriverRole": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": assumed_by("lambda.amazonaws.com"),
            "ManagedPolicyArns": [
                {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
            ],
            "MaxSessionDuration": 7200,
            "Path": "/lineage/",
            "PermissionsBoundary": ref("Limit"),
            "Policies": [
                {
                    "PolicyName": "read",
                    "PolicyDocument": policy(
                        {"Effect": "Allow", "Action": ["sqs:ReceiveMessage"], "Resource": [arn("Jobs")]}
                    ),
                }
            ],
        },
    },
    "DeriverPolicy": {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "deriver",
            "PolicyDocument": policy({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn("Key")}),
            "Roles": [ref("DeriverRole")],
        },
    },
    "Deriver": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Architectures": ["x86_64"],
            "Code": {"ZipFile": "exports.handler = async () => ({});"},
            "DeadLetterConfig": {"TargetArn": arn("DeadLetters")},
            "Environment": {"Variables": {"QUEUE_URL": ref("Jobs"), "ATTEMPTS": "3"}},
            "EphemeralStorage": {"Size": 1024},
            "Handler": "index.handler",
            "KmsKeyArn": arn("Key"),
            "Layers": [],
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": ref("Log")},
            "MemorySize": {"Fn::FindInMap": ["Memory", "Deriver", "Megabytes"]},
            "PackageType": "Zip",
            "ReservedConcurrentExecutions": 5,
            "Role": arn("DeriverRole"),
            "Runtime": "nodejs22.x",
            "Timeout": 60,
            "TracingConfig": {"Mode": "Active"},
        },
    },
    "DeriverJobs": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "BatchSize": 5,
            "Enabled": True,
            "EventSourceArn": arn("Jobs"),
            "FilterCriteria": {"Filters": [{"Pattern": '{"body":{"source":["aws.sagemaker"]}}'}]},
            "FunctionName": ref("Deriver"),
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "MaximumBatchingWindowInSeconds": 0,
            "ScalingConfig": {"MaximumConcurrency": 2},
        },
    },
    "JobEnded": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {"source": ["aws.sagemaker"], "detail": {"TrainingJobStatus": ["Completed", "Failed"]}},
            "State": "ENABLED",
            "Targets": [
                {
                    "Id": "jobs",
                    "Arn": arn("Jobs"),
                    "DeadLetterConfig": {"Arn": arn("DeadLetters")},
                    "RetryPolicy": {"MaximumRetryAttempts": 10},
                }
            ],
        },
    },
    "Nightly": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "RoleArn": arn("DeriverRole"),
            "ScheduleExpression": "rate(1 day)",
            "Targets": [{"Id": "deriver", "Arn": arn("Deriver")}],
        },
    },
    "NightlyMayInvoke": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": arn("Deriver"),
            "Principal": "events.amazonaws.com",
            "SourceAccount": ref("AWS::AccountId"),
            "SourceArn": arn("Nightly"),
        },
    },
    "Token": {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"GenerateSecretString": {"PasswordLength": 40}, "KmsKeyId": arn("Key")},
    },
    "Alarms": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": arn("Key")}},
    "AlarmsPolicy": {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {"Topics": [ref("Alarms")], "PolicyDocument": policy(tls_only("sns", ref("Alarms")))},
    },
    "Parked": {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "ActionsEnabled": True,
            "AlarmActions": [ref("Alarms")],
            "ComparisonOperator": "GreaterThanThreshold",
            "Dimensions": [{"Name": "QueueName", "Value": "parked"}],
            "EvaluationPeriods": 1,
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Namespace": "AWS/SQS",
            "Period": 60,
            "Statistic": "Maximum",
            "Threshold": 0,
            "TreatMissingData": "notBreaching",
        },
    },
    "Lost": {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 2,
            "Metrics": [
                {"Id": "lost", "Expression": "IF(parked > 0, 1, 0)"},
                {
                    "Id": "parked",
                    "ReturnData": False,
                    "MetricStat": {
                        "Metric": {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"},
                        "Period": 60,
                        "Stat": "Maximum",
                    },
                },
            ],
            "Threshold": 0,
        },
    },
    "Dashboard": {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardBody": {"Fn::Sub": '{"widgets": [{"type": "text", "properties": {"markdown": "${Parked}"}}]}'},
            "DashboardName": {"Fn::Sub": "dashboard-${AWS::StackName}"},
        },
    },
    "Mlflow": {
        "Type": "AWS::SageMaker::MlflowApp",
        "Properties": {
            "ArtifactStoreUri": {"Fn::Sub": "s3://${Evidence}/mlflow"},
            "ModelRegistrationMode": "AutoModelRegistrationEnabled",
            "Name": {"Fn::Sub": "mlflow-${AWS::StackName}"},
            "RoleArn": {"Fn::Sub": "${DeriverRole.Arn}"},
            "Tags": [{"Key": "a", "Value": "b"}],
            "WeeklyMaintenanceWindowStart": "Sun:03:00",
        },
    },
    "Models": {
        "Type": "AWS::SageMaker::ModelPackageGroup",
        "Properties": {
            "ModelPackageGroupDescription": "models",
            "ModelPackageGroupName": {"Fn::Sub": "models-${AWS::StackName}"},
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    },
    "Pipeline": {
        "Type": "AWS::SageMaker::Pipeline",
        "Properties": {
            "ParallelismConfiguration": {"MaxParallelExecutionSteps": 2},
            "PipelineDefinition": {
                "PipelineDefinitionBody": {"Fn::Sub": '{ "Version": "2020-12-01", "Role": "${DeriverRole.Arn}" }'}
            },
            "PipelineDescription": "trains",
            "PipelineDisplayName": "training",
            "PipelineName": {"Fn::Sub": "pipeline-${AWS::StackName}"},
            "RoleArn": arn("DeriverRole"),
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    },
    "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2:deflate64:x"}},
    "OnlyUnderCompliance": {"Type": "AWS::SNS::Topic", "Condition": "IsCompliance"},
}

TEMPLATE: Json = {
    "Parameters": PARAMETERS,
    "Conditions": CONDITIONS,
    "Mappings": MAPPINGS,
    "Resources": RESOURCES,
}
