// The load, in a process of its own: 16 connections for some seconds, as often as it is told to. One for all sides: what it runs
// itself is compiled before anything is measured.
import autocannon from 'autocannon';

async function load({ url, body, accepts, from, seconds }) {
  let sent = from ?? 0;
  // Each another question with the same answer.
  const setupRequest = (request) => {
    sent += 1;
    return { ...request, body: JSON.stringify({ ...body, variables: { ...body.variables, v: `v${sent}` } }) };
  };
  const result = await autocannon({
    url,
    connections: 16,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accepts ? { 'accept-encoding': accepts } : {}) },
    body: JSON.stringify(body),
    ...(from === null ? {} : { requests: [{ setupRequest }] }),
  });
  process.send({
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors + result.timeouts,
    bytes: result.throughput.average / Math.max(1, result.requests.average),
  });
}

process.on('message', (told) => void load(told));
process.on('disconnect', () => process.exit(0));
