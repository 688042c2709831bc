// Asks over 16 connections for some seconds, in a process of its own. `hot`: one address over and over; `once`: none twice,
// and none that `warm` asks for; `first`: none twice, and no row on two of them.
import autocannon from 'autocannon';

const [url, seconds, kind, path, pages] = process.argv.slice(2);
const connections = 16;
// More than are asked for in the time; each connection has its own.
const requestsOfAConnection = 4_000;
const limitMax = kind === 'first' ? 1 : 100;
const sources =
  kind === 'warm' ? ['&source=coingecko'] : kind === 'first' ? [''] : ['', '&source=coinpaprika'];
const different = pages * sources.length * limitMax;

/** The nth of the requests that are never repeated: pages, sources and lengths vary. */
function neverRepeated(n) {
  const page = (n % pages) + 1;
  const round = Math.floor(n / pages);
  const source = sources[round % sources.length];
  const step = Math.floor(round / sources.length);
  const limit = 50 + (step % 2 === 0 ? -1 : 1) * Math.ceil(step / 2);
  return { method: 'GET', path: `${path}limit=${limit}&page=${page}${source}` };
}

let clients = 0;
/** Together the connections go through the pages in their order. */
function giveRequests(client) {
  const own = clients++;
  client.setRequests(
    Array.from({ length: requestsOfAConnection }, (_, n) =>
      neverRepeated((n * connections + own) % different),
    ),
  );
}

// Fewer than that in the time, so that none is asked for twice.
const most =
  kind !== 'hot' && kind !== 'warm' && different < requestsOfAConnection * connections
    ? { amount: different }
    : {};
const running = autocannon({
  url: kind === 'hot' ? url + path : url,
  connections,
  duration: Number(seconds),
  ...most,
  ...(kind === 'hot' ? {} : { setupClient: giveRequests }),
});
// autocannon itself tells whole seconds, also where all is answered in less.
const beganAtMs = performance.now();
let endedAtMs = beganAtMs;
running.on('response', () => (endedAtMs = performance.now()));
const result = await running;
process.send({
  answers: result.requests.total,
  seconds: (endedAtMs - beganAtMs) / 1000,
  bytesPerAnswer: result.throughput.total / Math.max(1, result.requests.total),
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
  failed: result.non2xx + result.errors + result.timeouts,
});
