import type { CreateChangeSetInput, ResourceToImport } from '@aws-sdk/client-cloudformation';
import type { DeletedStack } from './deleted-stack';
import { bridgeReferences } from './import-references';
import type { Retained } from './retained-resources';
import { IMPORT_CHANGE_SET_NAME, KEPT_TYPES } from './retained-text';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const TEMPLATE_BODY_BYTES = 51_200;

export interface ImportChangeSet {
  readonly request: CreateChangeSetInput;
  /** the logical ids of what CloudFormation is not asked to import. */
  readonly leftOut: readonly string[];
}

/**
 * The request by which CloudFormation takes what a deleted stack left behind into a new stack of the same name.
 *
 * `cdk import` cannot do it: it sends resources as they stand in the app's template, and CloudFormation refuses those that
 * name what is not imported with them, as the signing key does by its policy and the app by what it depends on.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-existing-stack.html
 */
export function importChangeSet(retained: Retained, stack: DeletedStack): ImportChangeSet {
  if (!retained.isDeleted) {
    throw new Error(`the stack ${retained.stackName} is not deleted: what would be kept belongs to it`);
  }
  const { Mappings, Resources } = stack.template;
  const imported = retained.resources.filter(
    // what an update had left behind before is in the last template no more.
    ({ logicalId, type }) => type in KEPT_TYPES && Resources[logicalId]?.Type === type,
  );
  const ids = new Set(imported.map(({ logicalId }) => logicalId));
  const definitions = Object.entries(Resources).filter(([logicalId]) => ids.has(logicalId));
  const template = {
    ...(Mappings && { Mappings }),
    Resources: Object.fromEntries(
      definitions.map(([logicalId, { Type, Properties, DeletionPolicy, UpdateReplacePolicy }]) => [
        logicalId,
        { Type, DeletionPolicy, UpdateReplacePolicy, Properties: bridgeReferences(logicalId, Properties, ids, stack) },
      ]),
    ),
  };
  return {
    request: {
      StackName: retained.stackName,
      ChangeSetName: IMPORT_CHANGE_SET_NAME,
      ChangeSetType: 'IMPORT',
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      ResourcesToImport: imported.map(
        ({ type, logicalId, physicalId }): ResourceToImport => ({
          ResourceType: type,
          LogicalResourceId: logicalId,
          ResourceIdentifier: { [KEPT_TYPES[type]?.identifier ?? '']: physicalId },
        }),
      ),
      TemplateBody: bounded(JSON.stringify(template)),
    },
    leftOut: retained.resources.filter((resource) => !imported.includes(resource)).map(({ logicalId }) => logicalId),
  };
}

function bounded(body: string): string {
  const bytes = Buffer.byteLength(body);
  if (bytes > TEMPLATE_BODY_BYTES) {
    throw new Error(
      `what is to be imported makes a template of ${bytes} bytes, and CloudFormation takes ${TEMPLATE_BODY_BYTES} in a request; import it in parts, by hand`,
    );
  }
  return body;
}
