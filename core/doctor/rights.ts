import type { Attempt } from './attempt';
import { type Check, failed, notChecked, ok } from './check';
import type { Right } from './reader-policy';

export type Tries = Readonly<Record<string, (right: Right) => Promise<Attempt>>>;

const DECRYPT = 'kms:Decrypt';

// what is done anyway on the way to the other checks, or by one of them.
const TRIED_ELSEWHERE: Readonly<Record<string, string>> = {
  'cloudformation:DescribeStacks': 'done: by it the outputs were read',
  'codecommit:GitPull': 'tried with the data repository, below',
};

/**
 * Tries each right that a reader needs, and says which statement is missing.
 */
export async function checkRights(rights: readonly Right[], tries: Tries): Promise<Check[]> {
  const attempts = await Promise.all(
    rights.map(async (right) => ({ right, tried: await tries[right.action]?.(right) })),
  );
  const made = attempts.flatMap(({ tried }) => tried ?? []);
  return attempts.map(({ right, tried }) => checkOf(right, right.action === DECRYPT ? decryption(right, made) : tried));
}

function checkOf(right: Right, tried: Attempt | undefined): Check {
  const { action } = right;
  const resource = [right.resource, ...right.prefixes.slice(-1)].join(' below ');
  const elsewhere = TRIED_ELSEWHERE[action];
  if (elsewhere !== undefined) {
    return ok('rights', action, elsewhere);
  }
  if (!tried) {
    return notChecked('rights', action, `on ${resource}: this version of the command does not know how to try it`);
  }
  if (tried.kind === 'allowed') {
    return ok('rights', action, `on ${resource}, ${tried.how}`);
  }
  if (tried.kind === 'unclear') {
    const found = `on ${resource}: ${tried.why}`;
    return tried.failed
      ? failed('rights', action, found, 'see to it that the service answers, and ask again')
      : notChecked('rights', action, found);
  }
  if (tried.action !== undefined && tried.action !== action) {
    return notChecked('rights', action, `on ${resource}: ${tried.action} is refused before it`);
  }
  return failed(
    'rights',
    action,
    `on ${resource}: ${tried.message}`,
    `allow it: ${JSON.stringify(statementOf(right))}`,
  );
}

/** Nothing is decrypted by itself: whoever reads an object decrypts it. */
function decryption({ resource }: Right, made: readonly Attempt[]): Attempt {
  const refused = made.find((tried) => tried.kind === 'denied' && tried.action === DECRYPT);
  if (made.some((tried) => tried.kind === 'allowed' && tried.keyArn === resource)) {
    return { kind: 'allowed', how: 'an object that it encrypts was read' };
  }
  return refused ?? { kind: 'unclear', failed: false, why: 'nothing that it encrypts could be tried' };
}

function statementOf({ action, resource, statement: { Effect, Condition } }: Right): object {
  return { Effect, Action: action, Resource: resource, ...(Condition && { Condition }) };
}
