import {
  AddAssociationCommand,
  CreateArtifactCommand,
  DescribeTrialComponentCommand,
  ListActionsCommand,
  ListArtifactsCommand,
  ListAssociationsCommand,
  ListTrialComponentsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';

const ACCOUNT = 'arn:aws:sagemaker:us-east-1:111122223333';

interface Artifact {
  readonly arn: string;
  readonly input: CreateArtifactCommand['input'];
}

interface Named {
  readonly arn: string;
  readonly createdAt: Date;
}

function validationException(message: string): Error {
  return Object.assign(new Error(message), { name: 'ValidationException' });
}

/**
 * A SageMaker with nothing but a lineage graph. Lists come in pages of which some are empty, as AWS's are where it filters
 * page by page.
 */
export class GraphInMemory {
  readonly client = new SageMakerClient({ region: 'us-east-1' });
  readonly artifacts: Artifact[] = [];
  readonly components: (Named & { readonly source: string; readonly name?: string })[] = [];
  readonly actions: (Named & { readonly type: string; readonly runId: string })[] = [];
  readonly edges = new Map<string, string>();
  readonly called: string[] = [];
  /** thrown by an operation in the place of an answer. */
  readonly failing = new Map<string, Error>();

  /** @param pause awaited before each answer, so that calls of several writers may come in any order */
  constructor(pause: (operation: string) => Promise<unknown> = async () => {}) {
    this.client.send = (async (command: { input: object; constructor: { name: string } }) => {
      const operation = command.constructor.name.replace('Command', '');
      this.called.push(operation);
      await pause(operation);
      const failure = this.failing.get(operation);
      if (failure) {
        throw failure;
      }
      return this.answer(command);
    }) as never;
  }

  private answer(command: unknown): object {
    if (command instanceof CreateArtifactCommand) {
      return this.create(command.input);
    }
    if (command instanceof AddAssociationCommand) {
      const { SourceArn, DestinationArn, AssociationType = '' } = command.input;
      const key = `${SourceArn} ${DestinationArn}`;
      if (this.edges.has(key)) {
        throw validationException('must be unique');
      }
      this.edges.set(key, AssociationType);
      return {};
    }
    if (command instanceof ListArtifactsCommand) {
      const { SourceUri, ArtifactType, NextToken } = command.input;
      const found = this.artifacts
        .filter(({ input }) => input.Source?.SourceUri === SourceUri && input.ArtifactType === ArtifactType)
        .map(({ arn, input }) => ({ ArtifactArn: arn, ArtifactType: input.ArtifactType, Source: input.Source }));
      return paged('ArtifactSummaries', found, NextToken);
    }
    if (command instanceof ListAssociationsCommand) {
      const { SourceArn, DestinationArn, NextToken } = command.input;
      const found = [...this.edges.keys()]
        .map((edge) => edge.split(' '))
        .filter(([source, destination]) => source === SourceArn && destination === (DestinationArn ?? destination))
        .map(([source, destination]) => ({ SourceArn: source, DestinationArn: destination }));
      return paged('AssociationSummaries', found, NextToken);
    }
    if (command instanceof ListTrialComponentsCommand) {
      const found = this.components
        .filter(({ source }) => source === command.input.SourceArn)
        .map(({ arn, source, createdAt }) => ({
          TrialComponentArn: arn,
          TrialComponentSource: { SourceArn: source },
          CreationTime: createdAt,
        }));
      return paged('TrialComponentSummaries', found, command.input.NextToken);
    }
    if (command instanceof DescribeTrialComponentCommand) {
      const found = this.components.find(({ arn }) => arn === command.input.TrialComponentName);
      if (!found) {
        throw Object.assign(new Error('there is none'), { name: 'ResourceNotFound' });
      }
      return { TrialComponentName: found.name, Source: { SourceArn: found.source } };
    }
    if (command instanceof ListActionsCommand) {
      const { ActionType, CreatedAfter = new Date(0), NextToken } = command.input;
      const found = this.actions
        .filter(({ type, createdAt }) => type === ActionType && createdAt > CreatedAfter)
        .map(({ arn, runId }) => ({ ActionArn: arn, Source: { SourceUri: 'app', SourceId: runId } }));
      return paged('ActionSummaries', found, NextToken);
    }
    throw new Error('an operation that the writer has no right to');
  }

  private create(input: CreateArtifactCommand['input']): object {
    const identity = JSON.stringify(input.Source);
    const isTaken = this.artifacts.some(
      ({ input: other }) => JSON.stringify(other.Source) === identity || other.ArtifactName === input.ArtifactName,
    );
    if (isTaken) {
      throw validationException('already exists');
    }
    const arn = `${ACCOUNT}:artifact/${this.artifacts.length}`;
    this.artifacts.push({ arn, input });
    return { ArtifactArn: arn };
  }
}

const PAGE = 2;

function paged(member: string, items: readonly object[], token: string | undefined): object {
  const at = token === undefined ? -PAGE : Number(token);
  const page = at < 0 ? [] : items.slice(at, at + PAGE);
  return { [member]: page, ...(at + PAGE < items.length ? { NextToken: String(at + PAGE) } : {}) };
}
