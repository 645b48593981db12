import { posix } from 'node:path';
import { z } from 'zod';
import { contract } from '../contract';
import { MetafileError } from './metafile-error';
import { ADDRESS, type DvcOutput, readAddress, yamlBoolean } from './output';
import { parseStrictYaml } from './strict-yaml';

const LockFile = z.looseObject({
  schema: z.literal('2.0'),
  stages: z
    .record(
      z.string(),
      z.looseObject({ outs: z.array(z.looseObject(ADDRESS)).max(contract.limits.dvcFiles).optional() }),
    )
    .optional(),
});

const Flags = z.looseObject({
  cache: yamlBoolean,
  push: yamlBoolean,
  remote: z.string().min(1).max(100).optional(),
});
type Flags = z.infer<typeof Flags>;

const Named = z.union([z.string(), z.record(z.string(), Flags)]);
// one plot of a stage can be drawn in several ways; where its bytes are is the same in all of them.
const Plot = z.union([Named, z.record(z.string(), z.array(Flags))]);

const Stage = z.looseObject({
  wdir: z.string().min(1).max(1024).optional(),
  outs: z.array(Named).optional(),
  metrics: z.array(Named).optional(),
  plots: z.array(Plot).optional(),
});
type Stage = z.infer<typeof Stage>;

const Pipeline = z.looseObject({
  stages: z.record(z.string(), z.union([z.looseObject({ do: Stage, foreach: z.unknown() }), Stage])).optional(),
});
type Pipeline = z.infer<typeof Pipeline>;

export interface ReadLockFile {
  readonly outputs: readonly DvcOutput[];
  readonly hasUncached: boolean;
  /** whether outputs had to be left out, because the `dvc.yaml` does not say plainly what they are. */
  readonly hasUnknown: boolean;
}

/**
 * Reads what a `dvc.lock` says of its stages' outputs. Which of them are kept in a remote stands in the `dvc.yaml`.
 *
 * @param file where the `dvc.lock` is in the data repository
 * @param pipelineText the `dvc.yaml` beside it, if there is one
 * @throws MetafileError where the file is no `dvc.lock`
 * @see https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#dvclock-file
 */
export function readLockFile(file: string, text: string, pipelineText: string | undefined): ReadLockFile {
  const parsed = parseStrictYaml(file, text);
  const result = LockFile.safeParse(parsed);
  if (!result.success) {
    throw new MetafileError('malformed', `${file} is no dvc.lock: ${z.prettifyError(result.error).slice(0, 1000)}`);
  }
  const folder = posix.dirname(file);
  const pipeline = pipelineText === undefined ? undefined : readPipeline(posix.join(folder, 'dvc.yaml'), pipelineText);
  const outputs: DvcOutput[] = [];
  let [hasUncached, hasUnknown] = [false, false];
  for (const [name, { outs = [] }] of Object.entries(result.data.stages ?? {})) {
    const stage = pipeline && stageOf(pipeline, name);
    for (const out of outs) {
      const flags = stage && flagsOf(stage, out.path);
      if (!stage || !flags || stage.wdir?.includes('${')) {
        hasUnknown = true;
      } else if (flags.cache === false || flags.push === false) {
        hasUncached = true;
      } else {
        const from = stage.wdir === undefined ? folder : `${folder}/${stage.wdir}`;
        outputs.push({
          ...readAddress(file, from, out),
          ...(flags.remote === undefined ? {} : { remote: flags.remote }),
        });
      }
    }
  }
  return { outputs, hasUncached, hasUnknown };
}

// people write dvc.yaml by hand, anchors and templates included. It addresses no bytes: what it cannot say plainly is
// listed as not compared.
function readPipeline(file: string, text: string): Pipeline | undefined {
  try {
    return Pipeline.safeParse(parseStrictYaml(file, text)).data;
  } catch (error) {
    if (error instanceof MetafileError) {
      return undefined;
    }
    throw error;
  }
}

// a stage made by `foreach` or `matrix` is locked as <stage>@<item>.
function stageOf({ stages = {} }: Pipeline, locked: string): Stage | undefined {
  const stage = Object.hasOwn(stages, locked) ? stages[locked] : stages[locked.replace(/@.*$/s, '')];
  return stage && 'do' in stage ? (stage.do as Stage) : stage;
}

function flagsOf({ outs = [], metrics = [], plots = [] }: Stage, path: string): Flags | undefined {
  for (const item of [...outs, ...metrics, ...plots]) {
    if (item === path) {
      return {};
    }
    if (typeof item === 'object' && Object.hasOwn(item, path)) {
      const flags = item[path];
      return Array.isArray(flags) ? flags[0] : flags;
    }
  }
  return undefined;
}
