import { z } from 'zod';
import { RedriveReport } from '../delivery/redrive-report';
import { DoctorReport } from '../doctor/doctor-report';
import { BackfillReport } from '../reconcile/backfill-report';
import { TraceReport } from '../trace/trace-report';
import { EvidenceExport } from './evidence-export';
import { EvidenceReport } from './evidence-report';
import {
  CheckpointStatement,
  DataRevisionStatement,
  DatasetStatement,
  DeploymentStatement,
  TrainingStatement,
} from './statement';

/**
 * The JSON Schemas of the statements, and of what the command line makes of them, for whoever reads evidence without our
 * code.
 *
 * What only code can compare (subjects against predicate, ARN against name, root against heads) is not in them.
 */
export function evidenceJsonSchemas(): Readonly<Record<string, unknown>> {
  return {
    'dataset-statement.v1.json': jsonSchema('dataset statement', DatasetStatement),
    'training-statement.v1.json': jsonSchema('training statement', TrainingStatement),
    'deployment-statement.v1.json': jsonSchema('deployment statement', DeploymentStatement),
    'data-revision-statement.v1.json': jsonSchema('data revision statement', DataRevisionStatement),
    'checkpoint-statement.v1.json': jsonSchema('checkpoint statement', CheckpointStatement),
    'evidence-export.v1.json': jsonSchema('evidence export', EvidenceExport),
    'evidence-report.v1.json': jsonSchema('evidence report', EvidenceReport),
    'backfill-report.v1.json': jsonSchema('backfill report', BackfillReport),
    'trace-report.v1.json': jsonSchema('trace report', TraceReport),
    'doctor-report.v1.json': jsonSchema('doctor report', DoctorReport),
    'redrive-report.v1.json': jsonSchema('redrive report', RedriveReport),
  };
}

function jsonSchema(what: string, schema: z.ZodType): unknown {
  return { title: `cdk-ml-lineage ${what}, version 1`, ...z.toJSONSchema(schema) };
}
