import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULTY_APP, readmeApp } from './consumer-app.mjs';

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** The names of the functions whose bundles came with the package. */
function bundlesOf(consumer) {
  const assets = consumer.module('cdk-ml-lineage', 'assets');
  return readdirSync(assets).filter((name) => existsSync(join(assets, name, 'index.js')));
}

/** The code of each function in the one template, as it would be uploaded. */
function functionCode(output) {
  const [template] = readdirSync(output).filter((name) => name.endsWith('.template.json'));
  const { files } = readJson(output, template.replace('.template.', '.assets.'));
  return Object.entries(readJson(output, template).Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([id, { Properties }]) => {
      const key = Properties.Code.S3Key;
      const asset = Object.values(files).find(({ destinations }) =>
        Object.values(destinations).some(({ objectKey }) => objectKey === key),
      );
      return { id, code: readFileSync(join(output, asset.source.path, 'index.js'), 'utf8') };
    });
}

/** The checks in their order, the first of which synthesizes; each answers undefined, or what is wrong. */
export function consumerChecks(consumer) {
  let output;
  const synthesized = () => {
    if (!output) throw new Error('the app was not synthesized');
    return output;
  };
  return [
    [
      'the stack of the README compiles and synthesizes, with neither bundler nor container engine',
      async () => {
        if (existsSync(consumer.module('esbuild'))) return 'the package brought esbuild along';
        output = await consumer.synthesize('app', readmeApp());
        return undefined;
      },
    ],
    [
      'the validation of the CDK ran and found nothing',
      async () => {
        // a plugin that found nothing is not in the report; that it refuses something is the control's to show.
        const report = 'validation-report.json';
        if (!existsSync(join(synthesized(), report))) return 'no validation ran';
        const { pluginReports } = readJson(synthesized(), report);
        const violations = pluginReports.flatMap((report) => report.violations);
        return violations.length > 0 ? JSON.stringify(violations, undefined, 2) : undefined;
      },
    ],
    [
      'each function of the stack has code that the package brought',
      async () => {
        const brought = bundlesOf(consumer).map((name) =>
          readFileSync(consumer.module('cdk-ml-lineage', 'assets', name, 'index.js'), 'utf8'),
        );
        const functions = functionCode(synthesized());
        if (functions.length === 0) return 'the stack has no functions';
        const foreign = functions.filter(({ code }) => !brought.includes(code)).map(({ id }) => id);
        return foreign.length > 0 ? `the code of ${foreign.join(', ')} came from elsewhere` : undefined;
      },
    ],
    [
      'the command line runs with what the package brought',
      async () => {
        const help = await consumer.run('ml-lineage', consumer.module('.bin', 'ml-lineage'), ['--help']);
        return help.includes('Usage: ml-lineage') ? undefined : `it said ${help}`;
      },
    ],
    [
      'control: the validation of the CDK refuses a faulty app',
      async () => {
        const failure = await consumer.synthesize('faulty', FAULTY_APP).then(
          () => 'it was accepted',
          ({ message }) => message,
        );
        return failure.includes("BucketName: 'Not_Valid' does not match") ? undefined : failure;
      },
    ],
  ];
}
