import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fillByPages } from './projector.ts';
import type { BenchServer } from './server.ts';
import { figure, formatTable } from './table.ts';

type Side = 'coinlog' | 'coinlog without cache' | 'mercurius' | 'postgraphile' | 'constant';

interface Load {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
  bytes: number;
  /** Of the server's process, for one request: what a busy machine does not change much. */
  cpuUs: number;
}

interface Question {
  body: { query: string; variables: Record<string, unknown> };
  /** Each request differs from all others: none is answered from a cache. */
  varied?: number;
}

const fields = 'id symbol name rank priceUsd marketCapUsd percentChange24h';
// The second field is what differs from request to request, and costs nobody anything.
const ours = `query ($n: Int!, $v: String!, $after: String) { coins(first: $n, after: $after) { nodes { ${fields} } pageInfo { endCursor } } source(name: $v) { name } }`;
const bare = ours.replace(' pageInfo { endCursor }', '');
const mercurius = `query ($n: Int!, $v: String!) { coins(first: $n) { ${fields} } source(name: $v) { name } }`;
const postgraphile =
  'query ($n: Int!) { allCoins(first: $n, orderBy: [RANK_ASC, COIN_ID_ASC]) { nodes { coinId symbol name rank price marketCap percentChange24H } } }';

const child = (file: string, args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, {
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

const message = <T>(process: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    process.once('message', (told) => resolve(told as T));
    process.once('exit', (code) => reject(new Error(`a side ended with ${code}`)));
  });

async function cpuOf(server: ChildProcess): Promise<number> {
  const told = message<{ cpu: { user: number; system: number } }>(server);
  server.send('usage');
  const { cpu } = await told;
  return cpu.user + cpu.system;
}

const warmUpSeconds = 3;

/** Runs one side by itself, asks it for a while, and stops it. */
async function measure(
  { appTarget }: BenchServer,
  side: Side,
  question: Question,
  seconds: number,
  extra = '',
): Promise<Load> {
  const { host, path, port, user, database } = appTarget;
  const server = child('graphql-server.child.mjs', [
    side,
    JSON.stringify({ host, path, port, user, database }),
    extra,
  ]);
  try {
    const { port: listening } = await message<{ port: number }>(server);
    const url = `http://127.0.0.1:${listening}/graphql`;
    const load = (given: Question, duration: number) =>
      message<Omit<Load, 'cpuUs'>>(
        child('graphql-load.child.mjs', [url, JSON.stringify(given), String(duration)]),
      );
    await load(question, warmUpSeconds);
    const varied = question.varied === undefined ? {} : { varied: question.varied + 10_000_000 };
    const before = await cpuOf(server);
    const measured = await load({ ...question, ...varied }, seconds);
    const cpuUs = ((await cpuOf(server)) - before) / Math.max(1, measured.perSecond * seconds);
    if (measured.failed > 0) throw new Error(`${side}: ${measured.failed} requests failed`);
    return { ...measured, cpuUs };
  } finally {
    server.disconnect();
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

/** A cursor in front of a page of 50, asked of coinlog itself. */
async function cursorOf(server: BenchServer, page: number): Promise<string> {
  const { host, path, port, user, database } = server.appTarget;
  const side = child('graphql-server.child.mjs', [
    'coinlog',
    JSON.stringify({ host, path, port, user, database }),
  ]);
  try {
    const { port: listening } = await message<{ port: number }>(side);
    let after: string | null = null;
    for (let left = (page - 1) * 50; left > 0; left -= 250) {
      const variables = { n: Math.min(250, left), after, v: '' };
      const response = await fetch(`http://127.0.0.1:${listening}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: ours, variables }),
      });
      const answer = (await response.json()) as { data: { coins: { pageInfo: { endCursor: string } } } };
      after = answer.data.coins.pageInfo.endCursor;
    }
    return after ?? '';
  } finally {
    side.disconnect();
  }
}

/** Measures GraphQL against its peers; returns what is to be printed. */
export async function benchGraphql(server: BenchServer, seconds: number): Promise<string> {
  const ask = (query: string, variables: Record<string, unknown>, varied?: number): Question => ({
    body: { query, variables },
    ...(varied === undefined ? {} : { varied }),
  });
  await fillByPages(server.sql, 0, 4);
  await server.owner`analyze`;
  const small = await measure(server, 'coinlog without cache', ask(bare, { n: 50 }, 1), seconds);
  await fillByPages(server.sql, 4, 40);
  await server.owner`analyze`;
  const differing = await measure(server, 'coinlog without cache', ask(bare, { n: 50 }, 1), seconds);
  const jit = await measure(server, 'mercurius', ask(mercurius, { n: 50 }, 1), seconds);
  const graphile = await measure(server, 'postgraphile', ask(postgraphile, { n: 50 }), seconds);
  const repeated = await measure(server, 'coinlog', ask(bare, { n: 50, v: '' }), seconds);
  const ceiling = await measure(
    server,
    'constant',
    ask(bare, { n: 50 }),
    seconds,
    String(Math.round(repeated.bytes)),
  );
  const after = await cursorOf(server, 200);
  const deep = await measure(server, 'coinlog without cache', ask(bare, { n: 50, after }, 1), seconds);
  const rate = ({ perSecond }: Load) => figure(perSecond, 'r/s');
  const cpu = ({ cpuUs }: Load) => figure(cpuUs, 'µs a request');
  const latency = ({ p50, p99 }: Load) => `p50 ${p50}, p99 ${p99} ms`;
  const table = formatTable([
    {
      work: 'each request differs',
      ours: rate(differing),
      peer: `${rate(graphile)} (PostGraphile 5)`,
      ratio: differing.perSecond / graphile.perSecond,
      goal: { atLeast: 2 },
    },
    {
      work: 'each request differs',
      ours: rate(differing),
      peer: `${rate(jit)} (Mercurius, JIT)`,
      ratio: differing.perSecond / jit.perSecond,
      goal: { atLeast: 1 },
    },
    {
      work: 'requests repeat',
      ours: rate(repeated),
      peer: `${rate(graphile)} (PostGraphile 5)`,
      ratio: repeated.perSecond / graphile.perSecond,
      goal: { atLeast: 15 },
    },
    {
      work: 'requests repeat',
      ours: rate(repeated),
      peer: `${rate(ceiling)} (Fastify, a constant of the same bytes)`,
      ratio: repeated.perSecond / ceiling.perSecond,
      goal: { atLeast: 0.5 },
    },
    {
      work: 'a page of 10,000 coins',
      ours: rate(differing),
      peer: `${rate(small)} (of 1,000 coins)`,
      ratio: differing.perSecond / small.perSecond,
      goal: { atLeast: 0.9 },
    },
    {
      work: 'page 200',
      ours: rate(deep),
      peer: `${rate(differing)} (page 1)`,
      ratio: deep.perSecond / differing.perSecond,
      goal: { atLeast: 0.9 },
    },
    {
      work: 'CPU of the process, each request differs',
      ours: cpu(differing),
      peer: `${cpu(jit)} (Mercurius, JIT)`,
      ratio: differing.cpuUs / jit.cpuUs,
    },
    {
      work: 'CPU of the process, each request differs',
      ours: cpu(differing),
      peer: `${cpu(graphile)} (PostGraphile 5)`,
      ratio: differing.cpuUs / graphile.cpuUs,
    },
    {
      work: 'CPU of the process, requests repeat',
      ours: cpu(repeated),
      peer: `${cpu(ceiling)} (a constant)`,
      ratio: repeated.cpuUs / ceiling.cpuUs,
    },
    {
      work: 'latency, each request differs',
      ours: latency(differing),
      peer: `${latency(jit)} (Mercurius, JIT)`,
    },
    { work: 'latency, requests repeat', ours: latency(repeated), peer: `${latency(ceiling)} (a constant)` },
  ]);
  return (
    `GraphQL: 50 coins x 7 fields, 10,000 coins, 16 connections, ${seconds} s each after ${warmUpSeconds} s, ${Math.round(repeated.bytes)} bytes an answer.\n` +
    `Each side in a process of its own, one after the other, the load in another one.\n\n${table}\n`
  );
}
