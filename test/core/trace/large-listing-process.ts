import { S3Client } from '@aws-sdk/client-s3';
import { s3RemoteReader } from '../../../core/s3/remote-reader';
import { rememberingRemote } from '../../../core/trace/listed-objects';
import { objectsLinks } from '../../../core/trace/traced-data';

/**
 * Says what a trace tells of a dataset, and how much memory that took: `large-listing-process.ts <S3> <md5>`.
 */
async function tell([endpoint = '', md5 = '']: readonly string[]): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const s3 = new S3Client({ region: 'us-east-1', endpoint, forcePathStyle: true, credentials });
  const location = { bucket: 'remote', prefix: 'dvc' };
  const { objectsOf } = rememberingRemote(s3RemoteReader(s3, location), location, 5);
  const objects = await objectsOf({ path: 'data', md5 });
  const links = objectsLinks({ path: 'data', md5, dataCommit: undefined, dataRepository: undefined, objects });
  s3.destroy();
  process.stdout.write(JSON.stringify({ objects, links, peakKiB: process.resourceUsage().maxRSS }));
}

tell(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
