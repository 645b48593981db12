import type { TaggedRun } from '../../../core/chain/tag-runs';
import { contract } from '../../../core/contract';
import type { TraceSubject } from '../../../core/trace/subject';
import { arn, packageArn } from '../chain/deployment-findings';
import { estate, RUN } from './estate';
import { COMMIT_SUBJECT, changeVersion, follow, LISTING_SUBJECT, OBJECT, VERSION } from './estate-changes';

test('data that is followed forward leads to the runs, versions, packages and live endpoints, and proves no absence', async () => {
  const given = await estate();
  changeVersion(given, { tags: { 'sagemaker.model_package_arn': packageArn } });
  for (const subject of [COMMIT_SUBJECT, { kind: 'data-revision', revision: 'v1' } as const, LISTING_SUBJECT]) {
    const { links, status } = await follow(given, subject);
    expect(links.filter(({ outcome }) => outcome !== 'agrees' && outcome !== 'not-compared')).toEqual([]);
    expect(links.map(({ kind, value }) => [kind, value])).toEqual(
      expect.arrayContaining([
        ['run', RUN],
        ['training job', arn('training-job/train-1')],
        ['model version', 'diagnosis version 1'],
        ['model package', packageArn],
        ['endpoint', arn('endpoint/serving')],
      ]),
    );
    expect(links.find(({ kind }) => kind === 'search')?.check).toMatch(/no proof that nothing else was given it$/);
    expect(status).toBe('recorded');
  }
});

test('a file of a dataset is found in the listings of the datasets that the evidence names', async () => {
  const { links, problems } = await follow(await estate(), OBJECT);
  expect(links).toContainEqual(
    expect.objectContaining({ kind: 'dataset', check: 'its listing names the object, as a/a.csv' }),
  );
  expect(links.map(({ kind, value }) => [kind, value])).toContainEqual(['run', RUN]);
  expect(new Set(problems)).toEqual(new Set(['search-incomplete']));
});

test('a file that no dataset names is found nowhere, and that is told with what was searched', async () => {
  const { links, status } = await follow(await estate(), { ...OBJECT, md5: 'f'.repeat(32) } as TraceSubject);
  expect(links.map(({ kind }) => kind)).toEqual(['object', 'search', 'search']);
  expect(links.at(-1)?.check).toBe('the listings of 1 datasets were read that the evidence names');
  expect(status).toBe('recorded');
});

test('a listing that cannot be read hides a file, and that is told', async () => {
  const given = await estate();
  given.state.listing = 'too-large';
  const { problems, status } = await follow(given, OBJECT);
  expect(problems).toContain('dataset-not-listed');
  expect(status).toBe('unresolved');
});

test('each run that leads to no job of the platform is told, whether it names one or none', async () => {
  const given = await estate();
  const tagged = given.state.runs.get(RUN) as TaggedRun;
  const { [contract.claimTags.trainingJobName]: _name, ...jobless } = tagged.tags;
  const elsewhere = { ...tagged.tags, [contract.runTags.platform]: 'other' };
  const added = { none1: jobless, none2: jobless, else1: elsewhere, else2: elsewhere };
  for (const [id, tags] of Object.entries(added)) {
    given.state.runs.set(id, { ...tagged, id, tags });
  }
  const { links } = await follow(given, COMMIT_SUBJECT);
  const told = links.flatMap(({ kind, value, problem }) => (kind === 'run' ? [[value, problem]] : []));
  expect(Object.fromEntries(told)).toEqual({
    [RUN]: undefined,
    none1: 'run-without-job',
    none2: 'run-without-job',
    else1: 'run-of-other-platform',
    else2: 'run-of-other-platform',
  });
});

test('a model is followed forward only when it is asked for', async () => {
  const given = await estate();
  const kinds = async (forward: boolean) => (await follow(given, VERSION, forward)).links.map(({ kind }) => kind);
  await expect(kinds(false)).resolves.not.toContain('search');
  await expect(kinds(true)).resolves.toEqual(expect.arrayContaining(['search', 'endpoint']));
});
