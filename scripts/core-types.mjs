import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compile } from 'json-schema-to-typescript';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

// whose types are inferred from schemas. Written out from what is published of these, they need no zod to be read.
const REPORTS = [
  { module: 'core/trace/trace-report', name: 'TraceReport', schema: 'trace-report.v1.json' },
  { module: 'core/evidence/evidence-report', name: 'EvidenceReport', schema: 'evidence-report.v1.json' },
];

/**
 * Writes the types of the TypeScript API into one file that imports nothing.
 */
export async function writeCoreTypes(root, outfile) {
  mkdirSync(join(root, '.sandbox'), { recursive: true });
  const scratch = mkdtempSync(join(root, '.sandbox', 'core-types-'));
  try {
    const reports = await writeReports(root, scratch);
    const bundle = await rollup({
      input: join(root, 'core', 'index.ts'),
      plugins: [{ name: 'reports', resolveId: (id, from) => reports.get(from && resolve(dirname(from), id)) }, dts()],
      external: (id) => !/^[./]/.test(id) || id.endsWith('.json'),
      treeshake: { moduleSideEffects: false },
    });
    const { output } = await bundle.generate({ format: 'es' });
    const [{ code, imports }] = output;
    if (imports.length > 0) {
      throw new Error(`the types of the TypeScript API must be its own, and import ${imports.join(', ')}`);
    }
    writeFileSync(outfile, code);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function writeReports(root, scratch) {
  const definitions = new Map();
  for (const { name, schema } of REPORTS) {
    // the name, and not the title, is that of the type.
    const {
      title: _title,
      $schema: _dialect,
      $defs,
      ...report
    } = JSON.parse(readFileSync(join(root, 'docs', 'schemas', schema), 'utf8'));
    for (const [key, definition] of Object.entries({ ...$defs, [name]: report })) {
      // what several reports have in common is one type.
      if (!isDeepStrictEqual(definitions.get(key) ?? definition, definition)) {
        throw new Error(`${key} of ${schema} is defined otherwise in another schema`);
      }
      definitions.set(key, definition);
    }
  }
  const properties = Object.fromEntries(REPORTS.map(({ name }) => [name, { $ref: `#/$defs/${name}` }]));
  const text = await compile({ type: 'object', properties, $defs: Object.fromEntries(definitions) }, 'Reports', {
    bannerComment: '',
    // arrays are bounded by what is read, and no tuples.
    ignoreMinAndMaxItems: true,
  });
  const file = join(scratch, 'reports.d.ts');
  writeFileSync(file, text);
  return new Map(REPORTS.map(({ module }) => [join(root, module), file]));
}
