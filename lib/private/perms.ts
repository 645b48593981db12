// reading a dataset needs List beside Get: without it S3 answers 403 instead of 404 for an absent object,
// and DVC takes that for a broken remote (https://dvc.org/doc/user-guide/data-management/remote-storage/amazon-s3).
export const READ_OBJECTS = ['s3:GetObject'];
export const LIST_OBJECTS = ['s3:ListBucket'];
export const LIST_OBJECT_VERSIONS = ['s3:ListBucketVersions'];
export const WRITE_OBJECTS = ['s3:AbortMultipartUpload', 's3:PutObject'];

// behind a delete marker the bytes stay as a noncurrent version; nobody who collects garbage has to delete that one too.
export const DELETE_OBJECTS = ['s3:DeleteObject'];

export const READ_OBJECT_VERSIONS = ['s3:GetObject', 's3:GetObjectVersion'];
export const READ_RETENTION = ['s3:GetObjectRetention'];
export const READ_DEFAULT_RETENTION = ['s3:GetBucketObjectLockConfiguration'];
export const ADD_OBJECTS = ['s3:PutObject'];

export const WRITE_ACCESS_LOGS = ['s3:PutObject'];

export const READ_ENCRYPTED = ['kms:Decrypt'];
// a multipart upload decrypts its own parts (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions).
export const WRITE_ENCRYPTED = ['kms:Decrypt', 'kms:GenerateDataKey'];

// what CloudWatch Logs does with the key of a log group
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).
export const ENCRYPT_LOGS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

export const SIGN = ['kms:Sign'];
export const READ_PUBLIC_KEY = ['kms:GetPublicKey'];
// whatever a key's administrator needs, but no use of the key: neither Sign, nor CreateGrant, by which one could be handed on.
export const ADMINISTER_SIGNING_KEY = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

// the one action that guards the whole MLflow API of an app: whoever may log may also rewrite tags and delete runs
// (https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-app-setup-prerequisites-iam.html).
export const CALL_MLFLOW_APP = ['sagemaker:CallMlflowAppApi'];
export const OPEN_MLFLOW_APP = ['sagemaker:CreatePresignedMlflowAppUrl', 'sagemaker:DescribeMlflowApp'];
// a tracking server has an action for each call of its API, under other names than those of the calls
// (https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-create-tracking-server-iam.html). These are what our functions call;
export const CALL_TRACKING_SERVER = [
  'sagemaker-mlflow:CreateModelVersion',
  'sagemaker-mlflow:CreateRegisteredModel',
  'sagemaker-mlflow:DeleteModelVersion',
  'sagemaker-mlflow:GetModelVersion',
  'sagemaker-mlflow:GetRun',
  'sagemaker-mlflow:LogBatch',
  'sagemaker-mlflow:LogInputs',
  'sagemaker-mlflow:SearchExperiments',
  'sagemaker-mlflow:SearchLoggedModels',
  'sagemaker-mlflow:SearchModelVersions',
  'sagemaker-mlflow:SearchRuns',
  'sagemaker-mlflow:SetLoggedModelTags',
  'sagemaker-mlflow:SetModelVersionTag',
  'sagemaker-mlflow:UpdateRun',
];
// these are what whoever follows a chain calls,
export const READ_TRACKING_SERVER = [
  'sagemaker-mlflow:GetModelVersion',
  'sagemaker-mlflow:GetModelVersionByAlias',
  'sagemaker-mlflow:GetRun',
  'sagemaker-mlflow:SearchExperiments',
  'sagemaker-mlflow:SearchLoggedModels',
  'sagemaker-mlflow:SearchModelVersions',
  'sagemaker-mlflow:SearchRuns',
];
// and these are what MLflow's client calls in a job, which deletes nothing: as a server saw it when runs, models, datasets
// and model versions were logged and models loaded. No action is named after the creation of a logged model.
export const LOG_TO_TRACKING_SERVER = [
  'sagemaker-mlflow:CreateExperiment',
  'sagemaker-mlflow:CreateModelVersion',
  'sagemaker-mlflow:CreateRegisteredModel',
  'sagemaker-mlflow:CreateRun',
  'sagemaker-mlflow:FinalizeLoggedModel',
  'sagemaker-mlflow:GetDownloadURIForModelVersionArtifacts',
  'sagemaker-mlflow:GetExperiment',
  'sagemaker-mlflow:GetExperimentByName',
  'sagemaker-mlflow:GetLoggedModel',
  'sagemaker-mlflow:GetMetricHistory',
  'sagemaker-mlflow:GetModelVersion',
  'sagemaker-mlflow:GetRegisteredModel',
  'sagemaker-mlflow:GetRun',
  'sagemaker-mlflow:LogBatch',
  'sagemaker-mlflow:LogInputs',
  'sagemaker-mlflow:LogLoggedModelParams',
  'sagemaker-mlflow:LogMetric',
  'sagemaker-mlflow:LogModel',
  'sagemaker-mlflow:LogOutputs',
  'sagemaker-mlflow:LogParam',
  'sagemaker-mlflow:SearchExperiments',
  'sagemaker-mlflow:SearchRuns',
  'sagemaker-mlflow:SetLoggedModelTags',
  'sagemaker-mlflow:SetTag',
  'sagemaker-mlflow:UpdateRun',
];
export const OPEN_TRACKING_SERVER = [
  'sagemaker-mlflow:AccessUI',
  'sagemaker:CreatePresignedMlflowTrackingServerUrl',
  'sagemaker:DescribeMlflowTrackingServer',
];
export const SET_MLFLOW_APP_DEFAULTS = ['sagemaker:DescribeMlflowApp', 'sagemaker:UpdateMlflowApp'];

// https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html
export const PULL_FROM_CODECOMMIT = ['codecommit:GitPull'];
export const PUSH_TO_CODECOMMIT = ['codecommit:GitPush'];

export const READ_SECRET = ['secretsmanager:GetSecretValue'];

export const DESCRIBE_PROCESSING_JOBS = ['sagemaker:DescribeProcessingJob'];
export const DESCRIBE_TRAINING_JOBS = ['sagemaker:DescribeTrainingJob'];
export const LIST_JOBS = ['sagemaker:ListProcessingJobs', 'sagemaker:ListTrainingJobs'];
export const LIST_ENDPOINTS = ['sagemaker:ListEndpoints'];
export const LIST_INFERENCE_COMPONENTS = ['sagemaker:ListInferenceComponents'];
export const LIST_DEPLOYMENTS = [...LIST_ENDPOINTS, 'sagemaker:ListModelPackages', 'sagemaker:ListTransformJobs'];
export const READ_JOB_TAGS = ['sagemaker:ListTags'];
export const DESCRIBE_ENDPOINTS = ['sagemaker:DescribeEndpoint'];
export const DESCRIBE_ENDPOINT_CONFIGS = ['sagemaker:DescribeEndpointConfig'];
export const DESCRIBE_INFERENCE_COMPONENTS = ['sagemaker:DescribeInferenceComponent'];
export const DESCRIBE_MODELS = ['sagemaker:DescribeModel'];
export const DESCRIBE_MODEL_PACKAGES = ['sagemaker:DescribeModelPackage'];
export const DESCRIBE_TRANSFORM_JOBS = ['sagemaker:DescribeTransformJob'];
export const UPDATE_MODEL_PACKAGES = ['sagemaker:UpdateModelPackage'];

export const DESCRIBE_STACK = ['cloudformation:DescribeStacks'];

export const SEND_MESSAGES = ['sqs:SendMessage'];

export const DESCRIBE_LOG_STREAMS = ['logs:CreateLogGroup', 'logs:DescribeLogStreams'];
export const WRITE_LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];

// the model registry and lineage actions that an app's role needs to mirror registered models;
// DescribeAction and ListArtifacts are missing on AWS's page, and without them the lineage is skipped silently
// (https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-track-experiments-model-registration.html).
export const MIRROR_MODEL_REGISTRY = [
  'sagemaker:AddTags',
  'sagemaker:CreateModelPackage',
  'sagemaker:CreateModelPackageGroup',
  'sagemaker:DescribeModelPackageGroup',
  'sagemaker:UpdateModelPackage',
];
export const MIRROR_LINEAGE = ['sagemaker:AddAssociation', 'sagemaker:CreateAction', 'sagemaker:DescribeAction'];
// has no resource type: allowed on artifacts alone, it is refused.
export const FIND_LINEAGE = ['sagemaker:ListArtifacts'];

// what leads in the lineage graph from a dataset to the jobs that were given it.
export const FOLLOW_LINEAGE = ['sagemaker:ListArtifacts', 'sagemaker:ListAssociations'];
export const DESCRIBE_TRIAL_COMPONENTS = ['sagemaker:DescribeTrialComponent'];

// what completes the lineage graph; it changes and deletes nothing there.
export const SEARCH_LINEAGE_GRAPH = [
  'sagemaker:ListActions',
  'sagemaker:ListArtifacts',
  'sagemaker:ListAssociations',
  'sagemaker:ListTrialComponents',
];
export const CREATE_ARTIFACTS = ['sagemaker:CreateArtifact'];
// asked for at both ends of an association.
export const ASSOCIATE_LINEAGE = ['sagemaker:AddAssociation'];

// what a pipeline does with the jobs of its steps; it tags them with its execution.
export const RUN_PROCESSING_JOBS = [
  'sagemaker:AddTags',
  'sagemaker:CreateProcessingJob',
  'sagemaker:DescribeProcessingJob',
  'sagemaker:StopProcessingJob',
];
export const RUN_TRAINING_JOBS = [
  'sagemaker:AddTags',
  'sagemaker:CreateTrainingJob',
  'sagemaker:DescribeTrainingJob',
  'sagemaker:StopTrainingJob',
];
export const PASS_ROLE = ['iam:PassRole'];

// https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms
export const PULL_IMAGES = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
export const LOG_IN_TO_ECR = ['ecr:GetAuthorizationToken'];

// what SageMaker does in a job's name with interfaces in its subnets
// (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms).
export const CREATE_INTERFACES = ['ec2:CreateNetworkInterface'];
export const USE_INTERFACES = ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface'];
export const DELETE_INTERFACE_PERMISSIONS = ['ec2:DeleteNetworkInterfacePermission'];
export const DESCRIBE_NETWORK = [
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];

// without the condition on its status, this right alone would approve a package.
export const REGISTER_MODEL_PACKAGES = ['sagemaker:CreateModelPackage'];
export const INVOKE_FUNCTION = ['lambda:InvokeFunction'];

export const START_PIPELINE = ['sagemaker:StartPipelineExecution'];
export const WATCH_PIPELINE = ['sagemaker:DescribePipeline', 'sagemaker:ListPipelineExecutions'];
export const WATCH_EXECUTIONS = [
  'sagemaker:DescribePipelineExecution',
  'sagemaker:ListPipelineExecutionSteps',
  'sagemaker:ListPipelineParametersForExecution',
];
