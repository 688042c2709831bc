import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { fillByPages } from './projector.ts';
import { fillReadModel } from './rest-rows.ts';
import type { BenchServer } from './server.ts';
import { figure, formatTable, type Row } from './table.ts';

/** Requests a second of the service that coinlog replaces, at 100,000 rows. */
const oldPerSecond = 50;
const timesHot = 100;
const timesMade = 40;
const measureSeconds = 8;
const warmUpSeconds = 3;

const started = z.object({ url: z.string() });
const usage = z.object({ rssBytes: z.number(), cpuMicros: z.number() });
const load = z.object({
  answers: z.number(),
  seconds: z.number(),
  bytesPerAnswer: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  failed: z.number(),
});
type Load = z.infer<typeof load>;

/** A process of ours that tells one thing at a time; what it logs is written and thrown away. */
function startChild(script: string, args: string[]): ChildProcess {
  return fork(join(import.meta.dirname, script), args, {
    stdio: ['ignore', 'ignore', script.startsWith('rest-api') ? 'ignore' : 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

async function told<T>(child: ChildProcess, schema: z.ZodType<T>): Promise<T> {
  const [message] = await once(child, 'message');
  return schema.parse(message);
}

interface Asked {
  path: string;
  /** Null: the same over and over; else so many pages of it, and none asked for twice. */
  pages: number | null;
  /** No row on two of the pages either, and none that was asked for before. */
  newRows?: boolean;
}

const perSecond = ({ answers, seconds }: Load): number => answers / seconds;

type Phase = 'warming up' | 'measured';

const kindOf = ({ pages, newRows }: Asked, phase: Phase): string => {
  if (pages === null) return 'hot';
  if (phase !== 'measured') return 'warm';
  return newRows ? 'first' : 'once';
};

async function ask(url: string, asked: Asked, phase: Phase = 'measured'): Promise<Load> {
  const { path, pages } = asked;
  const seconds = phase === 'measured' ? measureSeconds : warmUpSeconds;
  const kind = kindOf(asked, phase);
  const child = startChild('load.child.mjs', [url, String(seconds), kind, path, String(pages)]);
  const result = await told(child, load);
  if (child.exitCode === null) await once(child, 'exit');
  if (result.failed > 0) throw new Error(`${result.failed} of the requests to ${path} failed`);
  return result;
}

interface Question {
  work: string;
  asked: Asked;
  /** As often as the old service; unset where nothing was promised. */
  times?: number;
}

const questions: Question[] = [
  { work: '/data?limit=50, repeating', asked: { path: '/data?limit=50', pages: null }, times: timesHot },
  {
    work: '/data, pages 1 to 1,000, never repeating',
    asked: { path: '/data?', pages: 1_000 },
    times: timesMade,
  },
  {
    work: '/data?symbol=bt, repeating',
    asked: { path: '/data?symbol=bt&limit=50', pages: null },
    times: timesHot,
  },
  {
    work: '/data?symbol=bt, never repeating',
    asked: { path: '/data?symbol=bt&', pages: 20 },
    times: timesMade,
  },
  { work: '/stats, repeating', asked: { path: '/stats', pages: null }, times: timesHot },
];

/** With nothing in memory, and nothing there that could be asked for twice. */
const withNewRows = (rows: number): Question => ({
  work: '/data?limit=50, each row on one page only, after a commit',
  asked: { path: '/data?', pages: Math.min(60_000, Math.floor(rows / 50)), newRows: true },
});

/** Fastify alone with the bytes that one answer has. */
async function ceiling(bytes: number): Promise<Load> {
  const child = startChild('constant.child.ts', ['x'.repeat(Math.round(bytes))]);
  try {
    const { url } = await told(child, started);
    return await ask(url, { path: '/', pages: null });
  } finally {
    child.kill();
  }
}

const megabytes = ({ rssBytes }: z.infer<typeof usage>): string => figure(rssBytes / 1e6, 'MB');

async function measure(server: BenchServer, size: number): Promise<string> {
  const api = startChild('rest-api.child.ts', [JSON.stringify(server.appTarget)]);
  const used = () => {
    api.send({});
    return told(api, usage);
  };
  try {
    const { url } = await told(api, started);
    for (const { asked } of questions) await ask(url, asked, 'warming up');
    const rows: Row[] = [];
    const forget = () => server.owner`update read.read_model set version = version + 1`;
    for (const { work, asked, times } of [...questions, withNewRows(size)]) {
      if (asked.newRows) await forget();
      const before = await used();
      const measured = await ask(url, asked);
      const cpuMicros = ((await used()).cpuMicros - before.cpuMicros) / measured.answers;
      const constant = await ceiling(measured.bytesPerAnswer);
      rows.push({
        work: `${work}; p50 ${measured.p50Ms}, p99 ${measured.p99Ms} ms, ${figure(cpuMicros, 'us')} of CPU`,
        ours: figure(perSecond(measured), 'r/s'),
        peer: `${figure(perSecond(constant), 'r/s')} (${figure(measured.bytesPerAnswer / 1000, 'kB', 1)})`,
        ratio: perSecond(measured) / oldPerSecond,
        ...(times === undefined ? {} : { goal: { atLeast: times } }),
      });
    }
    // What is kept has reached its limits by now.
    const first = await used();
    for (const { asked } of questions) await ask(url, asked);
    const second = await used();
    rows.push({
      work: 'memory after the same once more',
      ours: megabytes(second),
      peer: `${megabytes(first)} (before)`,
      ratio: second.rssBytes / first.rssBytes,
      goal: { atMost: 1.1 },
    });
    return formatTable(rows);
  } finally {
    api.kill();
  }
}

/** The REST routes over read models of several sizes; the ratio is to the service that they replace. */
export async function benchRest(server: BenchServer, sizes: readonly number[]): Promise<string> {
  // For its tables, as a projector makes them.
  await fillByPages(server.sql, 0, 1);
  process.stdout.write(
    `\nREST: 16 connections, ${measureSeconds} s each; load, server and database on the same cores.\n` +
      `Ratios are to ${oldPerSecond} r/s of the old service; peer: Fastify sending a constant of the same bytes.\n`,
  );
  for (const rows of sizes) {
    await fillReadModel(server, rows);
    const table = await measure(server, rows);
    // At once: the next size takes minutes to fill.
    process.stdout.write(`\n${figure(rows, 'rows')}\n\n${table}\n`);
  }
  return '';
}
