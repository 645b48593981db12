// what the Lambda runtime does around a handler, and no more: loads it, then calls it with one event after the other.
const { writeSync } = require('node:fs');
const { createInterface } = require('node:readline');

const ANSWERS = 3;
const answer = (message) => writeSync(ANSWERS, `${JSON.stringify(message)}\n`);

const { handler } = require(process.argv[2]);
answer({ loaded: true });

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    answer({ result: await handler(JSON.parse(line), { awsRequestId: 'bench', functionName: 'bench' }) });
  }
}

main();
