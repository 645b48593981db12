import type { Sandbox } from '../../sandbox/instance';
import { FaultProxy, type ProxiedRequest } from './fault-proxy';
import { certificateOf } from './https';
import type { Killer } from './killer';

export const SERVICES = ['aws', 'sagemaker', 'mlflow', 'git'] as const;
export type Service = (typeof SERVICES)[number];

/**
 * What stands between functions and each service.
 */
export type Proxies = Readonly<Record<Service, FaultProxy>>;

const READS = /^\/api\/2\.0\/mlflow\/[a-z-]+\/search$/;

// what a request writes that lasts. A signature is none, and functions only read from Git hosts.
const WRITES: Record<Service, (request: ProxiedRequest) => string | undefined> = {
  aws: ({ method, target, path }) =>
    target === '' && method !== 'GET' && method !== 'HEAD' ? `S3 ${method} ${folderOf(path)}` : undefined,
  sagemaker: ({ target }) => {
    const operation = target.replace('SageMaker.', '');
    return /^(Describe|List|Search)/.test(operation) ? undefined : operation;
  },
  mlflow: ({ method, path }) => {
    const [route = ''] = path.split('?');
    const isRead = method === 'GET' || READS.test(route);
    return isRead
      ? undefined
      : `MLflow ${method} ${route.replace('/api/2.0/mlflow/', '').replace(/m-[0-9a-f]{32}/, '…')}`;
  },
  git: () => undefined,
};

export async function startProxies(sandbox: Sandbox, killer: Killer): Promise<Proxies> {
  const certificate = certificateOf(sandbox);
  const afterWrite = (key: string, what: string) => killer.afterWrite(key, what);
  const start = (service: Service) =>
    FaultProxy.start({ upstream: sandbox.endpoints[service], certificate, writes: WRITES[service], afterWrite });
  const [aws, sagemaker, mlflow, git] = await Promise.all([
    start('aws'),
    start('sagemaker'),
    start('mlflow'),
    start('git'),
  ]);
  return { aws, sagemaker, mlflow, git };
}

// of evidence: statements of which kind, or keys.
function folderOf(path: string): string {
  return path.split('/').slice(3, 4).join('') || 'object';
}
