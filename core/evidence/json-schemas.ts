import { z } from 'zod';
import {
  CheckpointStatement,
  DataRevisionStatement,
  DatasetStatement,
  DeploymentStatement,
  TrainingStatement,
} from './statement';

/**
 * The JSON Schemas of the statements, for whoever reads evidence without our code.
 *
 * What only code can compare (subjects against predicate, ARN against name, root against heads) is not in them.
 */
export function statementJsonSchemas(): Readonly<Record<string, unknown>> {
  return {
    'dataset-statement.v1.json': jsonSchema('dataset', DatasetStatement),
    'training-statement.v1.json': jsonSchema('training', TrainingStatement),
    'deployment-statement.v1.json': jsonSchema('deployment', DeploymentStatement),
    'data-revision-statement.v1.json': jsonSchema('data revision', DataRevisionStatement),
    'checkpoint-statement.v1.json': jsonSchema('checkpoint', CheckpointStatement),
  };
}

function jsonSchema(kind: string, statement: z.ZodType): unknown {
  return { title: `cdk-ml-lineage ${kind} statement, version 1`, ...z.toJSONSchema(statement) };
}
