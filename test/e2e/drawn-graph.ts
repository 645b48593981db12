import {
  type ArtifactSummary,
  paginateListActions,
  paginateListArtifacts,
  paginateListAssociations,
  paginateListTrialComponents,
  paginateQueryLineage,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { eventually } from '../../sandbox/walk/eventually';

interface Ends {
  readonly SourceArn?: string | undefined;
  readonly AssociationType?: string | undefined;
  readonly DestinationArn?: string | undefined;
}

const drawn = ({ SourceArn, AssociationType, DestinationArn }: Ends) =>
  `${SourceArn} ${AssociationType} ${DestinationArn}`;

/** SageMaker's lineage graph, as it tells whoever looks at it. */
export class DrawnGraph {
  constructor(readonly client: SageMakerClient) {}

  /** As what a job is shown, once it is. */
  componentOf(jobArn: string): Promise<string> {
    return eventually(`the trial component of ${jobArn}`, 100, async () => {
      for await (const page of paginateListTrialComponents(this, { SourceArn: jobArn })) {
        for (const { TrialComponentArn } of page.TrialComponentSummaries ?? []) {
          return TrialComponentArn;
        }
      }
      return undefined;
    });
  }

  async artifactsOf(SourceUri: string): Promise<ArtifactSummary[]> {
    const found: ArtifactSummary[] = [];
    for await (const { ArtifactSummaries = [] } of paginateListArtifacts(this, { SourceUri })) {
      found.push(...ArtifactSummaries);
    }
    return found;
  }

  /** What an MLflow App makes of a run whose model it mirrors. */
  async actionOf(runId: string): Promise<string | undefined> {
    for await (const { ActionSummaries = [] } of paginateListActions(this, { ActionType: 'MLflow Experiment' })) {
      const action = ActionSummaries.find(({ Source }) => Source?.SourceId === runId);
      if (action) {
        return action.ActionArn;
      }
    }
    return undefined;
  }

  /** All that leads to a node, however far away. */
  async edgesAbove(arn: string): Promise<string[]> {
    const edges = new Set<string>();
    const query = { StartArns: [arn], IncludeEdges: true, MaxDepth: 10 };
    for await (const { Edges = [] } of paginateQueryLineage(this, { ...query, Direction: 'Ascendants' })) {
      for (const edge of Edges) {
        edges.add(drawn(edge));
      }
    }
    return [...edges];
  }

  /** Those of the whole account. */
  async edges(): Promise<string[]> {
    const edges: string[] = [];
    for await (const { AssociationSummaries = [] } of paginateListAssociations(this, {})) {
      edges.push(...AssociationSummaries.map(drawn));
    }
    return edges.sort();
  }
}
