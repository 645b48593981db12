import { contract } from './contract';

const PROCESSING = { toolkit: '/opt/ml/processing/input', failure: '/opt/ml/output/message' };
const PLACES = {
  preprocess: PROCESSING,
  evaluate: PROCESSING,
  train: { toolkit: '/opt/ml/input/data', failure: '/opt/ml/output/failure' },
};

/**
 * How a container starts the toolkit. The lineage-deriver compares it with a job's configuration, word for word.
 *
 * One shell line, because an element has room for 256 characters: an image without Python says so where people look.
 */
export function jobEntrypoint(verb: keyof typeof PLACES): string[] {
  const { toolkit, failure } = PLACES[verb];
  const folder = `${toolkit}/${contract.channels.toolkit}`;
  return [
    '/bin/sh',
    '-c',
    `command -v python3 >/dev/null || { echo "the image has no python3" >${failure}; exit 127; }; exec python3 ${folder}/*.zip ${verb}`,
  ];
}
