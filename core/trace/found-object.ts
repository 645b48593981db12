import { checkObject } from '../dvc/object-check';
import type { DataFound } from './found-data';
import type { Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';
import type { DataSubject } from './subject';

type StoredObject = Extract<DataSubject, { kind: 'object' }>;

/**
 * Finds an object in the DVC remote of the platform.
 */
export async function findObject({ bucket, prefix, md5 }: StoredObject, { data }: TraceSources): Promise<DataFound> {
  const { location, remote } = data;
  const common = { kind: 'object', value: `s3://${bucket}/${prefix} ${md5}`, sources: ['S3'] } as const;
  const nothing = (link: Link): DataFound => ({ links: [link], dataCommit: undefined, datasets: [] });
  if (bucket !== location.bucket || prefix !== location.prefix) {
    const check = `the DVC remote of the platform is s3://${location.bucket}/${location.prefix}`;
    return nothing({ ...common, outcome: 'missing', problem: 'object-not-of-remote', check });
  }
  const history = await answerOf(remote.history(md5));
  if (history instanceof SourceFailure) {
    return nothing(failedLink('object', common.value, history));
  }
  const object = checkObject(md5, history);
  switch (object.kind) {
    case 'missing':
      return nothing({ ...common, outcome: 'missing', problem: 'object-not-found', check: 'the DVC remote has none' });
    case 'overwritten':
      return nothing({ ...common, outcome: 'differs', problem: 'object-overwritten', check: object.how });
    case 'present': {
      const check = `the DVC remote has it with ${object.sizeBytes.toLocaleString('en')} bytes; they were not read`;
      return nothing({ ...common, outcome: 'agrees', check });
    }
  }
}
