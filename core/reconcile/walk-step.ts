import { datasets } from './datasets';
import { endpoints, modelPackages, transformJobs } from './deployments';
import type { Estate } from './estate';
import { processingJobs, trainingJobs } from './jobs';
import { loggedModels } from './logged-models';
import { modelVersions } from './model-versions';
import { runs } from './runs';
import { statedRuns } from './stated-runs';
import { type Step, through } from './step';
import type { PhaseName, Walk } from './walk';

const STEPS: Readonly<Record<PhaseName, ReturnType<typeof through>>> = {
  datasets: through(datasets),
  evidence: through(statedRuns),
  'training-jobs': through(trainingJobs),
  'processing-jobs': through(processingJobs),
  'transform-jobs': through(transformJobs),
  endpoints: through(endpoints),
  'model-packages': through(modelPackages),
  runs: through(runs),
  'logged-models': through(loggedModels),
  'model-versions': through(modelVersions),
};

/**
 * Looks at one page of one phase, or at as much of it as there is time for.
 *
 * @param isLate whether the step has to come to an end; at least one thing is looked at
 */
export function walkStep(walk: Walk, estate: Estate, isLate: () => boolean): Promise<Step> {
  return STEPS[walk.phase](walk, estate, isLate);
}
