import type { DeletedStack } from './deleted-stack';

interface Reference {
  readonly target: string;
  /** absent: the physical id. */
  readonly attribute?: string;
}

/**
 * The properties of a resource as an import takes them: what they refer to is imported too, or stands there by the name
 * that it had.
 *
 * An import changes nothing, and the next deployment puts the references back. So a name may be one that is gone, as those
 * of roles in a key policy are.
 *
 * @param imported the logical ids of all that is imported
 */
export function bridgeReferences(
  logicalId: string,
  properties: unknown,
  imported: ReadonlySet<string>,
  stack: DeletedStack,
): unknown {
  const bridge = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(bridge);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const reference = referenceOf(value);
    if (!reference) {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, bridge(part)]));
    }
    if (reference.target.startsWith('AWS::') || imported.has(reference.target)) {
      return value;
    }
    const bridged = literalOf(reference, stack);
    if (bridged === undefined) {
      throw new Error(
        `${logicalId} cannot be imported by this command, which knows nothing to put in the place of ${JSON.stringify(value)}; import it by hand`,
      );
    }
    return bridged;
  };
  return bridge(properties);
}

function referenceOf(value: object): Reference | undefined {
  const [[name, argument] = [], ...more] = Object.entries(value);
  if (more.length > 0) {
    return undefined;
  }
  if (name === 'Ref') {
    return { target: String(argument) };
  }
  if (name === 'Fn::GetAtt') {
    const [target = '', ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
    return { target, attribute: attribute.join('.') };
  }
  return undefined;
}

function literalOf({ target, attribute }: Reference, { template, physicalIds }: DeletedStack): unknown {
  const physicalId = physicalIds.get(target);
  const { Type, Properties: { Path = '/' } = {} } = template.Resources[target] ?? {};
  if (physicalId === undefined || attribute === undefined) {
    return physicalId;
  }
  return Type === 'AWS::IAM::Role' && attribute === 'Arn' && typeof Path === 'string'
    ? { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role${Path}${physicalId}` }
    : undefined;
}
