import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { writeExport } from '../bin/write-export';
import { attested } from './core/chain/training-findings';
import { draftOf, storeWith } from './core/evidence/evidence-findings';
import { installPackage } from './installed-package';
import { PROJECT, readProjectFile } from './project-files';

jest.setTimeout(180_000);

const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  // what the types themselves say is checked too, and nothing is at hand that they do not bring along.
  skipLibCheck: false,
  types: [],
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
};
const NODE = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };
const SETTINGS: Record<string, { ending: string; options: ts.CompilerOptions }> = {
  'node16, ES module': { ending: 'mts', options: NODE },
  'node16, CommonJS': { ending: 'cts', options: NODE },
  bundler: {
    ending: 'ts',
    options: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  },
  'node10, CommonJS': {
    ending: 'ts',
    options: {
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      ignoreDeprecations: '6.0',
    },
  },
};

let scratch: string;
let project: string;
let keyid: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'installed-'));
  project = installPackage(scratch);
  const { store, signer } = await storeWith(draftOf(attested));
  keyid = signer.keyid;
  await writeExport(
    join(project, 'evidence'),
    {
      platform: 'demo',
      name: 'train-1',
      bucket: 'evidence',
      exportedBy: 'cdk-ml-lineage/1.2.3',
      exportedAt: new Date('2026-02-03T04:05:06.000Z'),
    },
    store,
  );
});
afterAll(() => rmSync(scratch, { recursive: true }));

function run(program: string, args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  // neither credentials nor a region, and nobody to ask.
  const env = { PATH: process.env.PATH, HOME: project, AWS_ENDPOINT_URL: 'http://192.0.2.1:9' };
  return new Promise((resolve) => {
    execFile(program, args, { env, cwd: project }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const node = (script: string) => run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script]);

function complaints(files: Record<string, string>, options: ts.CompilerOptions): string[] {
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(project, name), text);
    return join(project, name);
  });
  const program = ts.createProgram(paths, { ...STRICT, ...options });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const pageBlocks = () =>
  [...readProjectFile('docs/typescript-api.md').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? '');

test.each(Object.entries(SETTINGS))(
  "the examples of the API's page compile strictly with %s, and nothing else does",
  (_name, { ending, options }) => {
    const examples = pageBlocks().map((code, index) => [`example-${index}.${ending}`, code]);
    expect(examples.length).toBeGreaterThan(3);
    const wrong = `import { readPlatform, trace } from 'cdk-ml-lineage/core';
export const wrong = async () => (await trace(await readPlatform('stack'), 'model/m')).proven;
`;
    expect(complaints({ ...Object.fromEntries(examples), [`wrong.${ending}`]: wrong }, options)).toEqual([
      "Property 'proven' does not exist on type 'TraceReport'.",
    ]);
  },
);

test('what is told of exported evidence is what the command line tells, from an ES module and from CommonJS', async () => {
  const args = ['evidence', 'show', 'train-1', '--from', 'evidence', '--trust', keyid, '--json'];
  const told = await run(join(project, 'node_modules', '.bin', 'ml-lineage'), args);
  expect(told).toMatchObject({ code: 0, stderr: '' });
  const ask = `verifyExportedEvidence('evidence', 'train-1', { trust: ['${keyid}'] }).then((report) =>
    process.stdout.write(JSON.stringify(report)))`;
  const asModule = await node(`import { verifyExportedEvidence } from 'cdk-ml-lineage/core'; await ${ask}`);
  const asCommonJs = await run(process.execPath, [
    '--no-warnings',
    '--eval',
    `const { verifyExportedEvidence } = require('cdk-ml-lineage/core'); ${ask}`,
  ]);
  expect([asModule.stderr, asCommonJs.stderr]).toEqual(['', '']);
  expect(JSON.parse(asModule.stdout)).toMatchObject({ result: 'verified', platform: 'demo' });
  expect(JSON.parse(asModule.stdout)).toEqual(JSON.parse(told.stdout));
  expect(JSON.parse(asCommonJs.stdout)).toEqual(JSON.parse(told.stdout));
});

test('the API is there where the CDK is not; control: the constructs are not', async () => {
  const core = await node("console.log(typeof (await import('cdk-ml-lineage/core')).trace)");
  expect(core).toMatchObject({ code: 0, stdout: 'function\n', stderr: '' });
  const constructs = await node("await import('cdk-ml-lineage')");
  expect(constructs.code).toBe(1);
  expect(constructs.stderr).toMatch(/Cannot find (module|package) '(aws-cdk-lib|constructs)/);
});

test('what the tools of the CDK and of jsii look for can be reached, and no other file', async () => {
  const reach = async (path: string) => {
    const { stdout } = await run(process.execPath, [
      '--eval',
      `try { require.resolve('cdk-ml-lineage/${path}'); console.log('found') } catch (error) { console.log(error.code) }`,
    ]);
    return stdout.trim();
  };
  expect(await reach('package.json')).toBe('found');
  expect(await reach('.jsii')).toBe('found');
  expect(await reach('build/private/perms.js')).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

describe('beside its peers', () => {
  beforeAll(() => {
    for (const peer of ['aws-cdk-lib', 'constructs']) {
      symlinkSync(join(PROJECT, 'node_modules', peer), join(project, 'node_modules', peer));
    }
  });

  test('the constructs have their types', () => {
    const code = `import { LineagePlatform } from 'cdk-ml-lineage';
export const outputs = (platform: LineagePlatform): void => platform.addOutputs();
`;
    const settings = { ...NODE, skipLibCheck: true, types: [join(PROJECT, 'node_modules', '@types', 'node')] };
    expect(complaints({ 'constructs.mts': code }, settings)).toEqual([]);
  });

  test.each(Object.entries(SETTINGS))('the types of the constructs are found with %s', (_name, { ending, options }) => {
    const from = join(project, `constructs.${ending}`);
    const { resolvedModule } = ts.resolveModuleName('cdk-ml-lineage', from, options, ts.sys);
    expect(resolvedModule?.resolvedFileName).toMatch(/cdk-ml-lineage\/build\/index\.d\.ts$/);
  });

  test('the constructs load, by name and, as jsii loads them for other languages, by folder', async () => {
    const folder = join(project, 'node_modules', 'cdk-ml-lineage');
    for (const name of ['cdk-ml-lineage', folder]) {
      const script = `console.log(typeof require(${JSON.stringify(name)}).LineagePlatform)`;
      expect(await run(process.execPath, ['--eval', script])).toMatchObject({ code: 0, stdout: 'function\n' });
    }
  });
});

test('the types of the reports are those that their schemas infer', () => {
  const inferred = join(PROJECT, 'core');
  const published = join(project, 'node_modules', 'cdk-ml-lineage', 'assets', 'core');
  const code = `import type { TraceReport as Trace, TraceChain as Chain } from '${inferred}/trace/trace-report';
import type { EvidenceReport as Evidence } from '${inferred}/evidence/evidence-report';
import type { EvidenceReport, TraceChain, TraceReport } from '${published}';
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? 'same' : 'other';
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? 'same' : 'other') : 'other';
export const trace: Same<Trace['status'], TraceReport['status']> = 'same';
export const whole: [Mutual<Trace, TraceReport>, Mutual<Chain, TraceChain>, Mutual<Evidence, EvidenceReport>] = ['same', 'same', 'same'];
export const control: Mutual<Trace, EvidenceReport> = 'other';
`;
  const options = { ...NODE, resolveJsonModule: true, esModuleInterop: true, skipLibCheck: true };
  const file = { 'types.cts': code };
  const types = [join(PROJECT, 'node_modules', '@types', 'node')];
  expect(complaints(file, { ...options, types, exactOptionalPropertyTypes: false })).toEqual([]);
});
