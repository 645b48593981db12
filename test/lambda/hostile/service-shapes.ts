import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { environmentDirectory } from '../../../sandbox/project-paths';

interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly enum?: readonly string[];
}

interface ServiceModel {
  readonly operations: Readonly<Record<string, { readonly output?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const DEEPEST = 4;

/**
 * Answers of SageMaker as botocore's model of the service describes them.
 */
export class ServiceShapes {
  private readonly model: ServiceModel;

  constructor() {
    const libraries = join(environmentDirectory('emulator'), 'lib');
    const [python = ''] = readdirSync(libraries);
    const file = join(libraries, python, 'site-packages/botocore/data/sagemaker/2017-07-24/service-2.json.gz');
    this.model = JSON.parse(gunzipSync(readFileSync(file)).toString());
  }

  /** Answers to an operation, with any of the fields that the service may leave out, as they go over the wire. */
  answersTo(operation: string): fc.Arbitrary<object> {
    const output = this.model.operations[operation]?.output;
    if (!output) {
      throw new Error(`the model of SageMaker has no answer to ${operation}`);
    }
    return this.valuesOf(output.shape, 0) as fc.Arbitrary<object>;
  }

  private valuesOf(name: string, depth: number): fc.Arbitrary<unknown> {
    const { type, members = {}, required = [], member, value, enum: words } = this.model.shapes[name] as Shape;
    switch (type) {
      case 'structure': {
        const fields = depth < DEEPEST ? Object.entries(members) : [];
        const values = fields.map(([field, { shape }]) => [field, this.valuesOf(shape, depth + 1)]);
        const record: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(values);
        return fc.record(record, { requiredKeys: required.filter((field) => field in record), noNullPrototype: true });
      }
      case 'list':
        return depth < DEEPEST && member
          ? fc.array(this.valuesOf(member.shape, depth + 1), { maxLength: 2 })
          : fc.constant([]);
      case 'map':
        return depth < DEEPEST && value
          ? fc.dictionary(fc.string(), this.valuesOf(value.shape, depth + 1), { maxKeys: 2, noNullPrototype: true })
          : fc.constant({});
      case 'string':
        return words ? fc.constantFrom(...words) : fc.string();
      case 'timestamp':
        return fc.integer({ min: 0, max: 4_000_000_000 });
      case 'boolean':
        return fc.boolean();
      case 'blob':
        return fc.base64String();
      default:
        return fc.integer();
    }
  }
}
