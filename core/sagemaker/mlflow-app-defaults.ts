import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConflictException,
  DescribeMlflowAppCommand,
  type DescribeMlflowAppResponse,
  type SageMakerClient,
  UpdateMlflowAppCommand,
} from '@aws-sdk/client-sagemaker';

// SageMaker takes minutes to create and update an app, and has no waiter for it.
const PAUSES_MS = [200, 500, 1_000, 2_000, 5_000];
const BUSY = ['Creating', 'Updating'];
const LOST = ['CreateFailed', 'Deleting', 'DeleteFailed', 'Deleted'];

export interface MlflowAppDefaults {
  readonly AccountDefaultStatus?: 'ENABLED' | 'DISABLED' | undefined;
  readonly DefaultDomainIdList?: readonly string[] | undefined;
}

/**
 * Makes an app the default of its account or of SageMaker domains, or takes that from it; what is left out stays as it is.
 * An app that is so already is left alone.
 */
export async function setDefaults(
  sagemaker: SageMakerClient,
  arn: string,
  wanted: MlflowAppDefaults,
  abortSignal: AbortSignal,
): Promise<void> {
  let isAsked = false;
  for (let attempt = 0; ; attempt += 1) {
    const app = await sagemaker.send(new DescribeMlflowAppCommand({ Arn: arn }), { abortSignal });
    const status = app.Status ?? 'unknown';
    if (LOST.includes(status) || (isAsked && status === 'UpdateFailed')) {
      throw new Error(`the MLflow App ${arn} is ${status}`);
    }
    if (!BUSY.includes(status)) {
      if (isSo(app, wanted)) {
        return;
      }
      isAsked ||= await ask(sagemaker, arn, wanted, abortSignal);
    }
    await sleep(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)], undefined, { signal: abortSignal });
  }
}

/** Whether the app takes the update; it does not while it is being updated otherwise. */
async function ask(
  sagemaker: SageMakerClient,
  Arn: string,
  { AccountDefaultStatus, DefaultDomainIdList }: MlflowAppDefaults,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const domains = DefaultDomainIdList && [...DefaultDomainIdList];
  const update = new UpdateMlflowAppCommand({ Arn, AccountDefaultStatus, DefaultDomainIdList: domains });
  try {
    await sagemaker.send(update, { abortSignal });
    return true;
  } catch (error) {
    if (error instanceof ConflictException) {
      return false;
    }
    throw error;
  }
}

function isSo(app: DescribeMlflowAppResponse, { AccountDefaultStatus, DefaultDomainIdList }: MlflowAppDefaults) {
  const sorted = (ids: readonly string[] = []) => [...ids].sort().join();
  return (
    (AccountDefaultStatus === undefined || AccountDefaultStatus === (app.AccountDefaultStatus ?? 'DISABLED')) &&
    (DefaultDomainIdList === undefined || sorted(DefaultDomainIdList) === sorted(app.DefaultDomainIdList))
  );
}
