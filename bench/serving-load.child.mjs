// So many GraphQL questions a second, no two alike, until told to stop; checks every answer.
const [url = '', perSecond = '200'] = process.argv.slice(2);
const fields = 'id symbol name rank priceUsd marketCapUsd percentChange24h';
const answers = [];
let sent = 0;
let failed = 0;
let empty = 0;

async function ask() {
  sent += 1;
  const first = 1 + (sent % 100);
  const query = `query ($v: String!) { coins(first: ${first}) { nodes { ${fields} } } source(name: $v) { name } }`;
  const at = Date.now();
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { v: `v${sent}` } }),
    });
    const { data, errors } = await response.json();
    if (!response.ok || errors) failed += 1;
    else if (data.coins.nodes.length !== first) empty += 1;
  } catch {
    failed += 1;
  }
  answers.push({ at, ms: performance.now() - startedAt });
}

const running = new Set();
// Every 20 ms as many as are due: a timer of 5 ms is late on a busy machine, and none may be left out.
const startedAt = performance.now();
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - startedAt) / 1000) * Number(perSecond)) - sent;
  for (let n = 0; n < due; n += 1) {
    const asked = ask();
    running.add(asked);
    void asked.finally(() => running.delete(asked));
  }
}, 20);

async function tell({ swapAt, doneAt }) {
  clearInterval(timer);
  await Promise.all(running);
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const quantile = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  const during = answers.filter(({ at, ms }) => at <= doneAt && at + ms >= swapAt);
  process.send({
    answers: answers.length,
    seconds: (performance.now() - startedAt) / 1000,
    failed,
    empty,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    longestMs: times.at(-1),
    longestAtSwapMs: Math.max(0, ...during.map(({ ms }) => ms)),
  });
  process.disconnect();
}

process.on('message', (asked) => void tell(asked));
process.send({ ready: true });
