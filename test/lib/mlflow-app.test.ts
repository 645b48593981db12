import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { MlflowApp, type MlflowAppProps } from '../../lib';
import { actionsOf, defineRole, defineStack, statementsOf, templateOf } from './definition';

const define = (props: Partial<MlflowAppProps> = {}) =>
  templateOf(
    (stack) => void new MlflowApp(stack, 'App', { artifactBucket: new s3.Bucket(stack, 'Artifacts'), ...props }),
  );

test('the app is retained, because deleting it deletes its runs', () => {
  define().allResources('AWS::SageMaker::MlflowApp', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

test('the app waits for the policy of its role', () => {
  const [app] = Object.values(define().findResources('AWS::SageMaker::MlflowApp'));
  expect(app?.DependsOn).toContainEqual(expect.stringMatching(/^AppRoleDefaultPolicy/));
});

test('the name stays the same when something else changes in the stack', () => {
  const nameOf = (template: Template) =>
    Object.values(template.findResources('AWS::SageMaker::MlflowApp'))[0]?.Properties.Name;
  expect(nameOf(define())).toBe(nameOf(define({ artifactPrefix: 'elsewhere' })));
  expect(nameOf(define())).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/);
});

test('the role has the lineage actions without which SageMaker skips lineage silently', () => {
  expect(actionsOf(statementsOf(define(), 'AppRole'))).toEqual(
    expect.arrayContaining([
      'sagemaker:AddAssociation',
      'sagemaker:CreateAction',
      'sagemaker:DescribeAction',
      'sagemaker:ListArtifacts',
    ]),
  );
});

test('only SageMaker of this account may take the role', () => {
  define().hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'sagemaker.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    },
  });
});

test('callApi allows the one action that guards the API, on this app', () => {
  const stack = defineStack();
  const app = new MlflowApp(stack, 'App', { artifactBucket: new s3.Bucket(stack, 'Artifacts') });
  app.grants.callApi(defineRole(stack));
  expect(statementsOf(Template.fromStack(stack), 'Grantee')).toEqual([
    { Effect: 'Allow', Action: 'sagemaker:CallMlflowAppApi', Resource: stack.resolve(app.mlflowAppArn) },
  ]);
});

test('an imported app grants like a new one', () => {
  const stack = defineStack();
  const mlflowAppArn = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE';
  const artifactBucket = s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts');
  const app = MlflowApp.fromMlflowAppAttributes(stack, 'App', { mlflowAppArn, artifactBucket, artifactPrefix: 'runs' });
  app.grants.use(defineRole(stack));
  const statements = statementsOf(Template.fromStack(stack), 'Grantee');
  expect(statements).toContainEqual({ Effect: 'Allow', Action: 'sagemaker:CallMlflowAppApi', Resource: mlflowAppArn });
  expect(JSON.stringify(statements)).toContain(':s3:::artifacts/runs/*');
});

test('fails with all that is wrong at once', () => {
  expect(() => define({ mlflowAppName: 'a_b', artifactPrefix: '/x' })).toThrow(
    /mlflowAppName must be .*, got "a_b"\nartifactPrefix must be .*, got "\/x"/,
  );
});
