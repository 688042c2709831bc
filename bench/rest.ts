import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { noArchive } from '../src/log/archive/archive.ts';
import { readHeads } from '../src/log/read.ts';
import { createProjector } from '../src/projector/projector.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { makePages } from './pages.ts';
import { fillReadModel } from './rest-rows.ts';
import type { BenchServer } from './server.ts';
import { appendPage } from './sides.ts';
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
}

const perSecond = ({ answers, seconds }: Load): number => answers / seconds;

type Phase = 'warming up' | 'measured';

async function ask(url: string, { path, pages }: Asked, phase: Phase = 'measured'): Promise<Load> {
  const seconds = phase === 'measured' ? measureSeconds : warmUpSeconds;
  const kind = pages === null ? 'hot' : phase === 'measured' ? 'once' : 'warm';
  const child = startChild('load.child.mjs', [url, String(seconds), kind, path, String(pages)]);
  const result = await told(child, load);
  if (child.exitCode === null) await once(child, 'exit');
  if (result.failed > 0) throw new Error(`${result.failed} of the requests to ${path} failed`);
  return result;
}

const questions: { work: string; asked: Asked; times: number }[] = [
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

/** What a read model is made in: the tables, as a projector makes them. */
async function makeReadModel({ sql }: BenchServer): Promise<void> {
  for (const [index, page] of makePages(1).entries()) await appendPage(sql, index, Buffer.from(page));
  const projector = createProjector({
    sql,
    holder: 'bench',
    codeDigest: 'bench',
    archive: noArchive,
    limits: { records: 5_000, events: 1_000, payloadBytes: 5_000 * 850 },
    now: () => new Date(),
    log: silentLogger,
  });
  await projector.catchUpTo(await readHeads(sql));
  await projector.close();
}

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

async function measure(server: BenchServer): Promise<{ table: string; memory: string }> {
  const api = startChild('rest-api.child.ts', [JSON.stringify(server.appTarget)]);
  const used = () => {
    api.send({});
    return told(api, usage);
  };
  try {
    const { url } = await told(api, started);
    for (const { asked } of questions) await ask(url, asked, 'warming up');
    const first = await used();
    const rows: Row[] = [];
    for (const { work, asked, times } of questions) {
      const before = await used();
      const measured = await ask(url, asked);
      const cpuMicros = ((await used()).cpuMicros - before.cpuMicros) / measured.answers;
      const constant = await ceiling(measured.bytesPerAnswer);
      rows.push({
        work: `${work}; p50 ${measured.p50Ms}, p99 ${measured.p99Ms} ms, ${figure(cpuMicros, 'us')} of CPU`,
        ours: figure(perSecond(measured), 'r/s'),
        peer: `${figure(perSecond(constant), 'r/s')} (${figure(measured.bytesPerAnswer / 1000, 'kB', 1)})`,
        ratio: perSecond(measured) / oldPerSecond,
        goal: { atLeast: times },
      });
    }
    const last = await used();
    const megabytes = ({ rssBytes }: typeof first) => figure(rssBytes / 1e6, 'MB');
    return {
      table: formatTable(rows),
      memory: `Memory ${megabytes(first)} after warming up, ${megabytes(last)} at the end.`,
    };
  } finally {
    api.kill();
  }
}

/** The REST routes over read models of several sizes; the ratio is to the service that they replace. */
export async function benchRest(server: BenchServer, sizes: readonly number[]): Promise<string> {
  await makeReadModel(server);
  process.stdout.write(
    `\nREST: 16 connections, ${measureSeconds} s each; load, server and database on the same cores.\n` +
      `Ratios are to ${oldPerSecond} r/s of the old service; peer: Fastify sending a constant of the same bytes.\n`,
  );
  for (const rows of sizes) {
    await fillReadModel(server, rows);
    const { table, memory } = await measure(server);
    // At once: the next size takes minutes to fill.
    process.stdout.write(`\n${figure(rows, 'rows')}. ${memory}\n\n${table}\n`);
  }
  return '';
}
