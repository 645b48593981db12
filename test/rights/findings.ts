import { arnOf, type Resources } from '../lib/concrete-template';
import type { Statement } from '../lib/definition';
import { type Principal, SimulatedAccount } from '../lib/simulated-account';
import type { RecordedCall } from './recorded-calls';
import type { UnusedRight } from './unused-rights';

/**
 * What does not fit between the calls of a stack's roles and the policies that its template gives them.
 */
export interface Findings {
  /** calls that IAM refused when they were made. */
  readonly refused: string[];
  /** calls that were allowed when they were made, and that no policy of the template allows. */
  readonly notGranted: string[];
  /** actions that a role may do, that it did not do, and that nobody argues for. */
  readonly unused: string[];
  /** arguments for what the role has done after all, or may not do at all. */
  readonly arguedInVain: string[];
}

interface Grant {
  readonly id: string;
  readonly action: string;
  readonly used: boolean;
}

/**
 * Compares what the roles of a deployed template did with what they may do.
 */
export async function findingsOf(
  resources: Resources,
  calls: readonly RecordedCall[],
  unusedRights: readonly UnusedRight[],
): Promise<Findings> {
  const account = new SimulatedAccount(resources);
  const conditionKeys = conditionKeysOf(resources);
  const refused: string[] = [];
  const notGranted: string[] = [];
  const grants: Grant[] = [];
  for (const id of account.roles()) {
    const role = account.role(id);
    const made = calls.filter((call) => call.role === arnOf(resources, id));
    for (const { action, resource, context, allowed } of made) {
      const what = `${id} ${action} on ${resource}`;
      if (!allowed) {
        refused.push(what);
      } else if (!(await account.allows(role, [{ action, resource, context: keysOf(context, conditionKeys) }]))) {
        notGranted.push(what);
      }
    }
    const used = new Set(made.filter(({ allowed }) => allowed).map(({ action }) => action));
    grants.push(...actionsGrantedTo(role).map((action) => ({ id, action, used: used.has(action) })));
  }
  const isArgued = ({ id, action }: Grant) =>
    unusedRights.some(({ role, actions }) => role.test(id) && actions.includes(action));
  const unused = grants.filter((grant) => !grant.used && !isArgued(grant));
  return {
    refused,
    notGranted,
    unused: unused.map(({ id, action }) => `${id} ${action}`),
    arguedInVain: unusedRights.flatMap(({ role, actions }) =>
      actions.flatMap((action) => argumentsInVain(role, action, grants)),
    ),
  };
}

function argumentsInVain(role: RegExp, action: string, grants: readonly Grant[]): string[] {
  const meant = grants.filter((grant) => grant.action === action && role.test(grant.id));
  if (meant.length === 0) {
    return [`${role} ${action}: nobody may`];
  }
  return meant.filter(({ used }) => used).map(({ id }) => `${role} ${action}: ${id} did`);
}

function actionsGrantedTo({ policies }: Principal): string[] {
  const statements = policies.flatMap(({ policy }) => (policy as { Statement: Statement[] }).Statement);
  return [...new Set(statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action))].sort();
}

/** The keys of context, in lower case, that any policy of the template looks at. */
function conditionKeysOf(resources: Resources): ReadonlySet<string> {
  const keys = new Set<string>();
  const collect = (value: unknown): void => {
    for (const [name, part] of Object.entries((value ?? {}) as object)) {
      if (name === 'Condition') {
        for (const key of Object.values(part as object).flatMap((operands) => Object.keys(operands))) {
          keys.add(key.toLowerCase());
        }
      } else if (typeof part === 'object') {
        collect(part);
      }
    }
  };
  collect(Object.values(resources).map(({ Properties }) => Properties));
  return keys;
}

function keysOf(context: RecordedCall['context'], known: ReadonlySet<string>): RecordedCall['context'] {
  return Object.fromEntries(Object.entries(context).filter(([key]) => known.has(key.toLowerCase())));
}
