/**
 * Actions that roles may do and did not do on the local AWS, with the argument for each.
 */
export interface UnusedRight {
  /** the logical ids of the roles. */
  readonly role: RegExp;
  readonly actions: readonly string[];
  readonly reason: string;
}

const QUEUE_FUNCTIONS = /(LineageDeriver|RunTagger|Recorder|Reconciler)Role[0-9A-F]{8}$/;
const STEP_FUNCTIONS = /ModelRegistrarRole/;
const WRITERS_OF_EVIDENCE = /(RunTaggerRunTagger|Recorder)Role[0-9A-F]{8}$/;
const JOBS = /(Evaluation|Processing|Training)Role/;

/**
 * The list is closed both ways: a right that was not used and stands not here fails, and so does one that was used.
 */
export const UNUSED_RIGHTS: readonly UnusedRight[] = [
  {
    role: new RegExp(`${QUEUE_FUNCTIONS.source}|${STEP_FUNCTIONS.source}`),
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: "Lambda writes the log with the function's role; the local AWS writes it without asking",
  },
  {
    role: QUEUE_FUNCTIONS,
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
    reason: "Lambda takes messages with the function's role; the local AWS takes them without asking",
  },
  {
    role: QUEUE_FUNCTIONS,
    actions: ['sqs:ChangeMessageVisibility'],
    reason: 'a message whose work failed for a while is put off; nothing fails in the walk',
  },
  {
    role: WRITERS_OF_EVIDENCE,
    actions: ['sqs:SendMessage'],
    reason: 'a message that can never succeed is parked; none is in the walk',
  },
  {
    role: /(LineageDeriver|RunTaggerRunTagger|Recorder|Reconciler)Role[0-9A-F]{8}$/,
    actions: ['s3:ListBucket'],
    reason: 'without it S3 answers that an absent object is forbidden; none is absent in the walk',
  },
  {
    role: /RunTaggerRunTaggerRole/,
    actions: ['s3:GetObject'],
    reason: 'a statement is read again where the answer to its writing was lost',
  },
  {
    role: /RecorderRole[0-9A-F]{8}$/,
    actions: ['sagemaker:ListTags'],
    reason: "a tag says whether a job or model of others is the platform's; the walk has none that they would ask",
  },
  {
    role: /CheckpointRecorderRecorderRole/,
    actions: ['sagemaker:DescribeProcessingJob', 'sagemaker:DescribeTrainingJob'],
    reason: 'a checkpoint is about the day before, on which the walk has no jobs',
  },
  {
    role: /DeploymentRecorderRecorderRole/,
    actions: ['sagemaker:DescribeTrainingJob'],
    reason: 'a model whose job is not stated yet is looked up; in the walk the statements come first',
  },
  {
    role: /ReconcilerReconcilerRole/,
    actions: [
      ...['sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig', 'sagemaker:DescribeModel'],
      ...['sagemaker:DescribeModelPackage', 'sagemaker:DescribeTrainingJob', 'sagemaker:DescribeTransformJob'],
    ],
    reason:
      'what is not stated, or not as it is stated, is described; of what is here, only the evaluations are not stated',
  },
  {
    role: JOBS,
    actions: ['logs:DescribeLogStreams'],
    reason: 'SageMaker looks for the log streams of a job; the local one makes them',
  },
  {
    role: JOBS,
    actions: ['s3:AbortMultipartUpload'],
    reason: 'an upload in parts that failed is taken back; none fails in the walk',
  },
  {
    role: /ProcessingRole/,
    actions: ['sagemaker:CallMlflowAppApi'],
    reason: 'a preprocess script may log; the one of the walk does not',
  },
  {
    role: /MlflowAppRole/,
    actions: [
      ...['kms:Decrypt', 'kms:GenerateDataKey'],
      ...['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
    ],
    reason: 'the app shows artifacts to people, and nobody looks at them in the walk; jobs write theirs themselves',
  },
  {
    role: /MlflowAppGuardFunctionRole/,
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage'],
    reason:
      "Lambda writes the log and parks a call that failed with the function's role; the local AWS asks for neither",
  },
  {
    role: /^PipelineRole/,
    actions: ['sagemaker:StopProcessingJob', 'sagemaker:StopTrainingJob'],
    reason: 'an execution that is stopped stops its job; none is in the walk',
  },
];
