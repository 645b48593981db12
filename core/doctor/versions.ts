import { contract } from '../contract';
import { type Check, failed, ok } from './check';

const OLDEST_NODE = 20;

export function checkNode(version: string): Check {
  return Number(version.split('.')[0]) >= OLDEST_NODE
    ? ok('machine', 'Node.js', version)
    : failed('machine', 'Node.js', version, `install Node.js ${OLDEST_NODE} or later`);
}

/**
 * Compares the version of the command line with that of the platform: before 1.0 any release may change what they agree on.
 *
 * @param deployed of the library that the platform was deployed with
 */
export function checkVersion(own: string, deployed: string): Check {
  return own === deployed
    ? ok('stack', 'version', `${own}, as the platform's`)
    : failed(
        'stack',
        'version',
        `this command is of version ${own}, the platform was deployed with ${deployed}`,
        `ask with its own: npx --package ${contract.packageName}@${deployed} ml-lineage, or deploy the platform with ${own}`,
      );
}
