// The load, in a process of its own: 16 connections for some seconds.
import autocannon from 'autocannon';

const [url = '', bodies = '[]', seconds = '5'] = process.argv.slice(2);
const requests = JSON.parse(bodies);
const { body, varied } = requests;
let sent = 0;
const result = await autocannon({
  url,
  connections: 16,
  duration: Number(seconds),
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
  ...(varied
    ? {
        requests: [
          {
            // Each another question with the same answer.
            setupRequest: (request) => {
              sent += 1;
              const variables = { ...body.variables, v: `v${sent + Number(varied)}` };
              return { ...request, body: JSON.stringify({ ...body, variables }) };
            },
          },
        ],
      }
    : {}),
});
process.send({
  perSecond: result.requests.average,
  p50: result.latency.p50,
  p99: result.latency.p99,
  failed: result.non2xx + result.errors + result.timeouts,
  bytes: result.throughput.average / Math.max(1, result.requests.average),
});
