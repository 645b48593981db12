import type { DeployedContainer } from '../chain/deployment';
import { type ExaminedTraining, statedTraining } from './examine-training';
import type { Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * Compares the bytes that a container is served with to those that a training job wrote.
 */
export async function modelBytesLink(
  { data, ownerArn }: DeployedContainer,
  training: ExaminedTraining | undefined,
  sources: TraceSources,
): Promise<Link> {
  const common = { kind: 'model bytes', sources: ['S3', 'evidence'] } as const;
  const unproven = (value: string, check: string): Link => {
    return { ...common, value, outcome: 'missing', problem: 'model-bytes-unproven', check };
  };
  if (data.kind === 'none') {
    return unproven(ownerArn, 'it names no model data beside its image');
  }
  if (data.kind === 'no-single-object') {
    return unproven(
      ownerArn,
      'its model data is no single object, so it is not what a training job wrote as its model',
    );
  }
  const now = await answerOf(sources.readObject(data.uri));
  if (now instanceof SourceFailure) {
    return failedLink('model bytes', data.uri, now);
  }
  if (!now) {
    const check = 'they cannot be read: they are not there, not yours to read, not kept in versions, or too large';
    return { ...common, value: data.uri, outcome: 'missing', problem: 'model-bytes-not-read', check };
  }
  const value = `s3://${now.object.bucket}/${now.object.key} ${now.object.versionId}`;
  const written = training && writtenModel(training);
  if (!training || !written) {
    return unproven(value, 'of no training job it is known that it wrote these bytes');
  }
  const { object, sha256 } = written.model;
  const isSamePlace = object.bucket === now.object.bucket && object.key === now.object.key;
  if (sha256 === now.sha256 && (!isSamePlace || object.versionId === now.object.versionId)) {
    const copied = isSamePlace ? '' : ', which were copied here';
    return { ...common, value, outcome: 'agrees', check: `SHA-256 ${sha256}: ${written.by}${copied}` };
  }
  // what was written over is a conflict also where the same bytes were put back: what was loaded in between cannot be
  // told.
  return isSamePlace
    ? {
        ...common,
        value,
        outcome: 'differs',
        problem: 'model-bytes-differ',
        check: `${training.name} wrote the version ${object.versionId} with the SHA-256 ${sha256}, now there is ${now.sha256}`,
      }
    : unproven(value, `${training.name} wrote other bytes, at another place`);
}

function writtenModel(training: ExaminedTraining) {
  const stated = statedTraining(training)?.model?.value;
  if (stated) {
    return { model: stated, by: 'the bytes that the evidence says the training job wrote' };
  }
  const { derived } = training;
  const model = derived && !(derived instanceof SourceFailure) ? derived.predicate.model?.value : undefined;
  return model && { model, by: 'the bytes that were written first at the output of the training job' };
}
