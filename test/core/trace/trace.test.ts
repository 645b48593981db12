import { arn, current, packageArn, packageWith } from '../chain/deployment-findings';
import { COMMIT } from '../chain/training-findings';
import { DATASET, DERIVATION, estate, type Version } from './estate';
import { BACKWARD, changeEndpoint, changeVersion, ENDPOINT, follow, PACKAGE, VERSION } from './estate-changes';

test.each(BACKWARD)('$kind leads to the dataset and its objects, and is verified where all agrees', async (subject) => {
  const found = await follow(await estate(), subject);
  expect(found.problems).toEqual([]);
  expect(found.links.find(({ kind }) => kind === 'data commit')).toMatchObject({ value: COMMIT, outcome: 'agrees' });
  expect(found).toMatchObject({ status: 'verified', assurance: 'attested' });
  expect(found.datasets).toEqual([
    expect.objectContaining({
      path: 'a',
      dataCommit: COMMIT,
      objects: {
        kind: 'listed',
        count: 1,
        first: [{ key: 'dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661', relpath: 'a.csv' }],
      },
    }),
  ]);
});

test('a package that mirrors MLflow leads to its run by the tag of the version, which nothing else confirms', async () => {
  const given = await estate();
  changeVersion(given, { tags: { 'sagemaker.model_package_arn': packageArn } });
  const packages = packageWith().packages.map((one) => ({ ...one, containers: [] }));
  given.state.deployments.set('Diagnosis/1', { ...packageWith(), packages });
  const { links, problems, status } = await follow(given, PACKAGE);
  expect(problems).toEqual(['model-version-by-tag']);
  expect(links.map(({ value }) => value)).toContain(COMMIT);
  expect(status).toBe('recorded');
});

test('a package that several versions claim leads to none of them', async () => {
  const given = await estate();
  changeVersion(given, { tags: { 'sagemaker.model_package_arn': packageArn } });
  given.state.versions.push({ ...(given.state.versions[0] as Version), version: '2' });
  const packages = packageWith().packages.map((one) => ({ ...one, containers: [] }));
  given.state.deployments.set('Diagnosis/1', { ...packageWith(), packages });
  expect(await follow(given, PACKAGE)).toMatchObject({ problems: ['model-versions-of-package'], status: 'unresolved' });
});

test('a copy of the bytes at another place is as good as the place where the job wrote them', async () => {
  const given = await estate();
  given.state.object = { ...current, object: { ...current.object, key: 'copied' } };
  const { links, status } = await follow(given, ENDPOINT);
  expect(links.find(({ kind }) => kind === 'model bytes')?.check).toMatch(/which were copied here$/);
  expect(status).toBe('verified');
});

test('whatever the size of the dataset, the listing is read once, and the number of all other calls is the same', async () => {
  const callsFor = async (files: number) => {
    const given = await estate();
    const name = (index: number) => String(index).padStart(32, '0');
    const entries = [...Array(files).keys()].map((index) => `{"md5": "${name(index)}", "relpath": "${name(index)}"}`);
    given.state.listing = Buffer.from(`[${entries.join(', ')}]`);
    // what derives the data reads its listing too.
    given.sources.data.derive = async () => {
      await given.sources.data.remote.listing(DATASET.md5);
      return DERIVATION;
    };
    const { datasets } = await follow(given, VERSION);
    expect(datasets[0]?.objects).toMatchObject({ kind: 'listed', count: files });
    return given.calls;
  };
  const [few, many] = [await callsFor(3), await callsFor(30_000)];
  expect(many).toEqual(few);
  expect(many.filter((call) => call === 's3 GetObject listing')).toHaveLength(1);
});

test('an endpoint of a hundred variants with one model examines their job once', async () => {
  const given = await estate();
  const variant = (index: number) => ({ name: `v${index}`, modelArn: arn('model/model-1'), weight: '1' });
  changeEndpoint(given, { variants: [...Array(100).keys()].map(variant) });
  await follow(given, ENDPOINT);
  expect(given.calls.filter((call) => call === 'git derive')).toHaveLength(1);
});
