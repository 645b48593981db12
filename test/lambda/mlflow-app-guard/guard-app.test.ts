import type { ResourceRequest } from '../../../lambda/custom-resource';
import { guardApp } from '../../../lambda/mlflow-app-guard/guard-app';

const ROLE = 'arn:aws:iam::111122223333:role/App';
const app = (AppName: string, allowed = false, RoleArn = ROLE) => ({
  ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:guard',
  AppName,
  RoleArn,
  AllowReplacement: String(allowed),
});
type Properties = ReturnType<typeof app>;

const create = (properties: Properties) => guardApp({ type: 'Create', properties });
const update = (physicalId: string, before: Properties, properties: Properties) =>
  guardApp({ type: 'Update', physicalId, before, properties } satisfies ResourceRequest);

test('an app that keeps name and role keeps its guard', () => {
  const id = create(app('a'));
  expect(update(id, app('a'), app('a', true))).toBe(id);
});

test('fails an update that changes the name, and says from what to what', () => {
  expect(() => update(create(app('a')), app('a'), app('b'))).toThrow(
    'the MLflow App "a" would be replaced by a new, empty one, without its runs: its name changes from "a" to "b". ' +
      'Undo the change, or set allowReplacement if the runs may stay behind',
  );
});

test('fails an update that changes the role', () => {
  expect(() => update(create(app('a')), app('a'), app('a', false, `${ROLE}2`))).toThrow(
    `: its role changes from "${ROLE}" to "${ROLE}2". Undo`,
  );
});

test('an allowed replacement goes through, and is guarded in turn', () => {
  const id = create(app('a'));
  const replaced = update(id, app('a'), app('b', true));
  expect(replaced).not.toBe(id);
  expect(() => update(replaced, app('b', true), app('c'))).toThrow(/"b" to "c"/);
});

test('a refused update can be taken back, although its properties change once more', () => {
  const id = create(app('a'));
  expect(() => update(id, app('a'), app('b'))).toThrow();
  expect(update(id, app('b'), app('a'))).toBe(id);
});

test('an allowed replacement can be taken back, if something else fails the update', () => {
  const replaced = update(create(app('a')), app('a'), app('b', true));
  expect(update(replaced, app('b', true), app('a'))).toMatch(new RegExp(`^${create(app('a'))}-`));
});

test('fails an update that goes back to the name of before long after the replacement', () => {
  const replaced = update(create(app('a')), app('a'), app('b', true));
  const settled = update(replaced, app('b', true), app('b'));
  expect(() => update(settled, app('b'), app('a'))).toThrow(/"b" to "a"/);
});

test('fails on properties that no construct of ours sends', () => {
  expect(() => guardApp({ type: 'Create', properties: { AppName: 'a' } })).toThrow(/RoleArn/);
});
