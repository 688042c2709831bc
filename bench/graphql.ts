import {
  startLoader,
  startSide,
  type Load,
  type Loader,
  type Question,
  type Running,
  type Side,
} from './graphql-sides.ts';
import { fillByPages } from './projector.ts';
import { startBenchServer, type BenchServer } from './server.ts';
import { figure, formatTable, type Goal, type Row } from './table.ts';
import { median } from './timing.ts';

const fields = 'id symbol name rank priceUsd marketCapUsd percentChange24h';
// The second field is what differs from request to request, and costs nobody anything.
const ours = `query ($n: Int!, $v: String!, $after: String) { coins(first: $n, after: $after) { nodes { ${fields} } pageInfo { endCursor } } source(name: $v) { name } }`;
const bare = ours.replace(' pageInfo { endCursor }', '');
const mercurius = `query ($n: Int!, $v: String!) { coins(first: $n) { ${fields} } source(name: $v) { name } }`;
const postgraphile =
  'query ($n: Int!) { allCoins(first: $n, orderBy: [RANK_ASC, COIN_ID_ASC]) { nodes { coinId symbol name rank price marketCap percentChange24H } } }';

type Answer = { data: { coins: { pageInfo: { endCursor: string } } } };

async function answerTo(url: string, query: string, variables: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return response.text();
}

/** A cursor in front of a page of 50, asked of coinlog itself. */
async function cursorOf(url: string, page: number): Promise<string | null> {
  let after: string | null = null;
  for (let left = (page - 1) * 50; left > 0; left -= 250) {
    const text = await answerTo(url, ours, { n: Math.min(250, left), after, v: '' });
    after = (JSON.parse(text) as Answer).data.coins.pageInfo.endCursor;
  }
  return after;
}

type Name =
  | 'small'
  | 'differing'
  | 'jit'
  | 'jitOfTwo'
  | 'deep'
  | 'graphile'
  | 'repeated'
  | 'ceiling'
  | 'repeatedPacked'
  | 'differingPacked';

interface Asked {
  running: Running;
  question: Question;
}

const ask = (query: string, variables: object): Question => ({ body: { query, variables } });
const vary = (question: Question): Question => ({ ...question, isVaried: true });
// As browsers ask, and fetch.
const packed = (question: Question): Question => ({ ...question, accepts: 'gzip, deflate, br' });

/** Starts every side, and says what each is asked. */
async function startSides(server: BenchServer, small: BenchServer): Promise<Record<Name, Asked>> {
  const start = (side: Side, extra?: string) => startSide(server, side, extra);
  // Of a process that is not measured: one that was asked other questions too is a tenth slower.
  const first = await start('coinlog');
  const after = await cursorOf(first.url, 200);
  const { length } = await answerTo(first.url, bare, { n: 50, v: '' });
  await first.close();
  const page = { n: 50 };
  const ofMercurius = vary(ask(mercurius, page));
  return {
    small: { running: await startSide(small, 'coinlog without cache'), question: vary(ask(bare, page)) },
    differing: { running: await start('coinlog without cache'), question: vary(ask(bare, page)) },
    jit: { running: await start('mercurius'), question: ofMercurius },
    jitOfTwo: { running: await start('mercurius of two connections'), question: ofMercurius },
    deep: { running: await start('coinlog without cache'), question: vary(ask(bare, { ...page, after })) },
    graphile: { running: await start('postgraphile'), question: ask(postgraphile, page) },
    repeated: { running: await start('coinlog'), question: ask(bare, { ...page, v: '' }) },
    repeatedPacked: { running: await start('coinlog'), question: packed(ask(bare, { ...page, v: '' })) },
    differingPacked: {
      running: await start('coinlog without cache'),
      question: packed(vary(ask(bare, page))),
    },
    ceiling: { running: await start('constant', String(length)), question: ask(bare, page) },
  };
}

type Round = Record<Name, Load>;

/** Every question once, one after the other. */
async function measureRound(
  loader: Loader,
  sides: Record<Name, Asked>,
  seconds: number,
  nextFrom: () => number,
): Promise<Round> {
  const round: Partial<Round> = {};
  for (const [name, { running, question }] of Object.entries(sides))
    round[name as Name] = await loader.load(running, question, seconds, nextFrom());
  return round as Round;
}

const rate = ({ perSecond }: Load) => figure(perSecond, 'r/s');
const cpu = ({ cpuUs }: Load) => figure(cpuUs, 'µs a request');
const latency = ({ p50, p99 }: Load) => `p50 ${p50}, p99 ${p99} ms`;

// coinlog needs some six seconds until what it runs is compiled, and Mercurius four; a server runs for days.
const warmUpSeconds = 8;
// A machine that others use too is now faster and now slower: what is compared is asked in turn, again and again.
const rounds = 9;

function compare(measured: readonly Round[]) {
  /** The load of the round whose rate is in the middle. */
  function typical(name: Name): Load {
    const middle = median(measured.map((round) => round[name].perSecond));
    const found = measured.find((round) => round[name].perSecond === middle);
    if (!found) throw new Error(`${name} was not measured`);
    return found[name];
  }
  const ratio = (one: Name, other: Name, of: 'perSecond' | 'cpuUs'): number =>
    median(measured.map((round) => round[one][of] / round[other][of]));
  return {
    typical,
    speed: (work: string, one: Name, other: Name, peer: string, goal?: Goal): Row => ({
      work,
      ours: rate(typical(one)),
      peer: `${rate(typical(other))} (${peer})`,
      ratio: ratio(one, other, 'perSecond'),
      ...(goal ? { goal } : {}),
    }),
    effort: (work: string, one: Name, other: Name, peer: string): Row => ({
      work: `CPU of the process, ${work}`,
      ours: cpu(typical(one)),
      peer: `${cpu(typical(other))} (${peer})`,
      ratio: ratio(one, other, 'cpuUs'),
    }),
    patience: (work: string, one: Name, other: Name, peer: string): Row => ({
      work: `latency, ${work}`,
      ours: latency(typical(one)),
      peer: `${latency(typical(other))} (${peer})`,
    }),
  };
}

function describe(measured: readonly Round[]): string {
  const { speed, effort, patience } = compare(measured);
  const [differs, repeats] = ['each request differs', 'requests repeat'];
  const constant = 'Fastify, a constant of the same bytes';
  return formatTable([
    speed(differs, 'differing', 'graphile', 'PostGraphile 5', { atLeast: 2 }),
    speed(differs, 'differing', 'jit', 'Mercurius, JIT', { atLeast: 1 }),
    speed(differs, 'differing', 'jitOfTwo', 'Mercurius, JIT, two connections'),
    speed(repeats, 'repeated', 'graphile', 'PostGraphile 5', { atLeast: 15 }),
    speed(repeats, 'repeated', 'ceiling', constant, { atLeast: 0.5 }),
    speed('a page of 10,000 coins', 'differing', 'small', 'of 1,000 coins', { atLeast: 0.9 }),
    speed('page 200', 'deep', 'differing', 'page 1', { atLeast: 0.9 }),
    speed(`${repeats}, packed`, 'repeatedPacked', 'repeated', 'not packed'),
    speed(`${differs}, packed`, 'differingPacked', 'differing', 'not packed'),
    effort(differs, 'differing', 'jit', 'Mercurius, JIT'),
    effort(differs, 'differing', 'graphile', 'PostGraphile 5'),
    effort(repeats, 'repeated', 'ceiling', 'a constant'),
    patience(differs, 'differing', 'jit', 'Mercurius, JIT'),
    patience(repeats, 'repeated', 'ceiling', 'a constant'),
  ]);
}

/** Measures GraphQL against its peers; returns what is to be printed. */
export async function benchGraphql(server: BenchServer, seconds: number): Promise<string> {
  const small = await startBenchServer();
  await fillByPages(small.sql, 0, 4);
  await fillByPages(server.sql, 0, 44);
  for (const { owner } of [small, server]) await owner`analyze`;
  const sides = await startSides(server, small);
  const loader = startLoader();
  let from = 0;
  // So that none asks what another one has asked.
  const nextFrom = () => (from += 10_000_000);
  await measureRound(loader, sides, warmUpSeconds, nextFrom);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1)
    measured.push(await measureRound(loader, sides, seconds, nextFrom));
  for (const { running } of Object.values(sides)) await running.close();
  await loader.close();
  await small.close();
  const { typical } = compare(measured);
  return (
    `GraphQL: 50 coins x 7 fields, 10,000 coins, 16 connections, ${Math.round(typical('repeated').bytes)} bytes an answer.\n` +
    `Each side in a process of its own, the load in another one; all in turn, ${rounds} times, ${seconds} s each, after ${warmUpSeconds} s each.\n` +
    `The rate and the ratio of the round in the middle.\n\n${describe(measured)}\n`
  );
}
