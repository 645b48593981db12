import { evidenceJsonSchemas } from '../../../core/evidence/json-schemas';

/**
 * What the files of docs/schemas/ should hold, by their path.
 */
export function schemaFiles(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(evidenceJsonSchemas()).map(([name, schema]) => [
      `docs/schemas/${name}`,
      JSON.parse(JSON.stringify(schema)),
    ]),
  );
}
