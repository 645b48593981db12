import { join } from 'node:path';
import { tlsDirectory } from './project.mjs';

const FIRST_SUPPORTED_NODE = 22;

/** What a Node process has to be started with to speak to the local AWS. */
export function localAwsVariables(nodeVersion = process.versions.node) {
  return {
    // read when Node starts, so that it cannot be set by the program itself.
    NODE_EXTRA_CA_CERTS: join(tlsDirectory, 'ca.pem'),
    // on Node 20 the AWS SDK announces its end at each start, in the middle of whatever is shown.
    ...(Number.parseInt(nodeVersion, 10) < FIRST_SUPPORTED_NODE ? { NODE_NO_WARNINGS: '1' } : {}),
  };
}
