import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ResourceRequest } from '../custom-resource';

const App = z.object({ AppName: z.string(), RoleArn: z.string(), AllowReplacement: z.enum(['true', 'false']) });
type App = z.infer<typeof App>;

/**
 * Lets an app keep its name and its role: CloudFormation replaces it when either changes.
 *
 * The id of the resource says which app there is, and which one it replaced. Properties alone would not do: when an update
 * is taken back, CloudFormation sends the properties of before as a change.
 *
 * @returns the id of the resource
 */
export function guardApp(request: ResourceRequest): string {
  const app = App.parse(request.properties);
  const wanted = identityOf(app);
  if (request.type === 'Create') {
    return wanted;
  }
  const [current, replaced] = request.physicalId.split('-');
  if (wanted === current) {
    return request.physicalId;
  }
  const before = App.partial().parse(request.before);
  const isTakenBack = wanted === replaced && before.AllowReplacement === 'true';
  if (app.AllowReplacement === 'true' || isTakenBack) {
    return `${wanted}-${current}`;
  }
  throw new Error(
    `the MLflow App ${JSON.stringify(before.AppName)} would be replaced by a new, empty one, without its runs: ` +
      `${changes(before, app).join(' and ')}. Undo the change, or set allowReplacement if the runs may stay behind`,
  );
}

function identityOf({ AppName, RoleArn }: App): string {
  return createHash('sha256')
    .update(JSON.stringify([AppName, RoleArn]))
    .digest('hex');
}

function changes(before: Partial<App>, app: App): string[] {
  const told = (what: string, old: string | undefined, now: string) =>
    old === now ? [] : [`its ${what} changes from ${JSON.stringify(old)} to ${JSON.stringify(now)}`];
  return [...told('name', before.AppName, app.AppName), ...told('role', before.RoleArn, app.RoleArn)];
}
