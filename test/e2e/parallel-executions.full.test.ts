import { Sandbox } from '../../sandbox/instance';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import {
  deployPipelineWalk,
  type PipelineWalk,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';

jest.setTimeout(400_000);

let sandbox: Sandbox;
let walk: PipelineWalk;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'parallel-executions' });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployPipelineWalk(sandbox, 'radiology');
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

test('eight executions at once all succeed, each tag leads to a commit on the branch, and each run names its own', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `parallel-${index}`);
  const rows = await sampleDataset(sandbox.processEnvironment());
  const uris = await Promise.all(
    names.map((name, index) =>
      // every execution gets other data, so that each has to add a commit of its own.
      putRawData(walk, name, {
        'records.csv': `${(rows['first.csv'] ?? '')
          .split('\n')
          .slice(0, 100 + index)
          .join('\n')}\n`,
      }),
    ),
  );
  const executions = await Promise.all(names.map((name, index) => runPipeline(walk, name, uris[index] ?? '')));
  expect(executions.filter(({ status }) => status !== 'Succeeded')).toEqual([]);
  await walk.checkout.clone();
  const branch = (await walk.checkout.git('rev-list', 'origin/main')).trim().split('\n');
  const commits = await Promise.all(
    executions.map(async (execution) => {
      const { tags } = await runOfExecution(walk, execution);
      expect(tags.data_git_commit_id).toBe(await walk.checkout.resolve(execution.revision));
      return tags.data_git_commit_id ?? '';
    }),
  );
  expect(new Set(commits).size).toBe(8);
  expect(commits.filter((one) => !branch.includes(one))).toEqual([]);
});
