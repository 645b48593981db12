import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConstructTests } from './newest-cdk/construct-tests.mjs';
import { asHere, Consumer } from './newest-cdk/consumer.mjs';
import { consumerChecks } from './newest-cdk/consumer-checks.mjs';

export const name = 'a project of somebody else';

/** The project develops with the oldest version of the CDK that it allows; this is the newest that it was tried with. */
const OLDEST = asHere('aws-cdk-lib');
const NEWEST = 'aws-cdk-lib@2.276.0';

const say = (text) => process.stdout.write(`${text}\n`);

async function perform(check) {
  try {
    return await check();
  } catch (error) {
    return error.message;
  }
}

/** A project that has installed this package beside a version of the CDK, and what came of the checks there. */
async function checkWith(consumer, version, counts) {
  await consumer.install(version, asHere('constructs'), asHere('typescript'));
  await consumer.installThisPackage();
  for (const [title, check] of consumerChecks(consumer)) {
    const wrong = await perform(check);
    say(`${wrong ? 'FAILED' : 'ok'}: ${version}: ${title}${wrong ? `: ${wrong}` : ''}`);
    counts[wrong ? 'failed' : 'passed'] += 1;
  }
}

export async function run() {
  // jest compares real paths, and the temporary directory of macOS is a link.
  const places = [OLDEST, NEWEST].map(() => realpathSync(mkdtempSync(join(tmpdir(), 'consumer-'))));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const [old, young] = places.map((place) => new Consumer(place));
    await checkWith(old, OLDEST, counts);
    await checkWith(young, NEWEST, counts);
    // after the checks, which are about a project without these tools.
    const { passed, failed, skipped, reason } = await runConstructTests(young, NEWEST);
    return {
      passed: counts.passed + passed,
      failed: counts.failed + failed,
      skipped: counts.skipped + skipped,
      ...(reason && { reason }),
    };
  } finally {
    for (const place of places) rmSync(place, { recursive: true, force: true });
  }
}
