// what the Lambda runtime does around a handler, and no more: loads it, then calls it with one event after the other.
const { writeSync } = require('node:fs');
const { createInterface } = require('node:readline');

const ANSWERS = 3;
const [file, name, timeoutSeconds] = process.argv.slice(2);
const answer = (message) => writeSync(ANSWERS, `${JSON.stringify(message)}\n`);

const { handler } = require(file);
answer({ loaded: true });

async function main() {
  let number = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    number += 1;
    const deadline = Date.now() + Number(timeoutSeconds) * 1000;
    const context = {
      awsRequestId: `${name}-${process.pid}-${number}`,
      functionName: name,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    // an error that the handler lets through fails the whole batch, as in Lambda.
    answer(
      await handler(JSON.parse(line), context).then(
        (result) => ({ result }),
        () => ({ failed: true }),
      ),
    );
  }
}

main();
