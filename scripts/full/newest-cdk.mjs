import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConstructTests } from './newest-cdk/construct-tests.mjs';
import { asHere, Consumer } from './newest-cdk/consumer.mjs';
import { consumerChecks } from './newest-cdk/consumer-checks.mjs';

export const name = 'newest CDK';

/** The project develops with the oldest version that it allows; this is the newest that it was tried with. */
const NEWEST = '2.276.0';

const say = (text) => process.stdout.write(`${text}\n`);

async function perform(check) {
  try {
    return await check();
  } catch (error) {
    return error.message;
  }
}

export async function run() {
  // jest compares real paths, and the temporary directory of macOS is a link.
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'newest-cdk-')));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const consumer = new Consumer(place);
    await consumer.install(`aws-cdk-lib@${NEWEST}`, asHere('constructs'), asHere('typescript'));
    await consumer.installThisPackage();
    for (const [title, check] of consumerChecks(consumer)) {
      const wrong = await perform(check);
      say(`${wrong ? 'FAILED' : 'ok'}: ${title}${wrong ? `: ${wrong}` : ''}`);
      counts[wrong ? 'failed' : 'passed'] += 1;
    }
    // after the checks, which are about a project without these tools.
    const { passed, failed, skipped, reason } = await runConstructTests(consumer, NEWEST);
    return {
      passed: counts.passed + passed,
      failed: counts.failed + failed,
      skipped: counts.skipped + skipped,
      ...(reason && { reason }),
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
