// Runs a bundled function on the events that come in, one JSON document in each line, and answers in the same way.
const { createInterface } = require('node:readline');
const { writeSync } = require('node:fs');

const { handler } = require(process.argv[2]);
const context = { functionName: 'function', awsRequestId: 'request', getRemainingTimeInMillis: () => 60_000 };

createInterface({ input: process.stdin }).on('line', async (line) => {
  const answer = await handler(JSON.parse(line), context).then(
    (value) => ({ value }),
    (error) => ({ error: String(error) }),
  );
  // not to standard output, which is the function's log.
  writeSync(3, `${JSON.stringify({ ...answer, peakMb: process.resourceUsage().maxRSS / 1024 })}\n`);
});
