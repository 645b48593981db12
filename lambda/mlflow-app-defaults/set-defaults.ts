import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { pattern } from '../../core/contract';
import { setDefaults } from '../../core/sagemaker/mlflow-app-defaults';
import type { Apply } from '../custom-resource';

const Properties = z.object({
  MlflowAppArn: z.string().regex(pattern('mlflowAppArn')),
  AccountDefaultStatus: z.enum(['ENABLED', 'DISABLED']).optional(),
  DefaultDomainIdList: z.array(z.string()).optional(),
});

/**
 * Makes an app what the resource says. An app that is no longer told to be a default stays what it is: it may outlive its
 * stack.
 */
export function defaultsSetter(sagemaker: SageMakerClient): Apply {
  return async ({ properties }, signal) => {
    const { MlflowAppArn, ...defaults } = Properties.parse(properties);
    await setDefaults(sagemaker, MlflowAppArn, defaults, signal);
    return MlflowAppArn;
  };
}
