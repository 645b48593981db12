import { jobOfModelUri } from '../../../core/chain/model-address';

test.each<[uri: string, job: string | undefined]>([
  ['s3://artifacts/models/train-1/output/model.tar.gz', 'train-1'],
  ['s3://artifacts/Train-1/output/model.tar.gz', 'Train-1'],
  ['s3://artifacts/output/model.tar.gz', undefined],
  ['s3://artifacts/models/train-1/output/model.tar.gz/more', undefined],
  ['s3://artifacts/models/-train/output/model.tar.gz', undefined],
  ['s3://artifacts/models/a b/output/model.tar.gz', undefined],
  ['https://artifacts/models/train-1/output/model.tar.gz', undefined],
])('%s is the model of %s', (uri, job) => {
  expect(jobOfModelUri(uri)).toBe(job);
});
