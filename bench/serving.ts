import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readHeads } from '../src/log/read.ts';
import { makePages, perPage } from './pages.ts';
import { runRebuild } from './in-child.ts';
import { createBenchProjector } from './projector.ts';
import type { BenchServer } from './server.ts';
import { appendPage } from './sides.ts';
import { figure, formatTable } from './table.ts';
import { createStopwatch } from './timing.ts';

const questionsPerSecond = 200;
const appends = 200;
const pagesAtOnce = 200;
// Longer than any is on its way: something else is wrong then.
const visibleWithinMs = 20_000;

const loaded = z.object({
  answers: z.number(),
  seconds: z.number(),
  failed: z.number(),
  empty: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  longestMs: z.number(),
  longestAtSwapMs: z.number(),
});

const child = (file: string, args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

/** Appends pages while GraphQL is asked all the time, and looks how soon each is in its answers. */
async function measureVisibility({ sql }: BenchServer, url: string, from: number) {
  const watch = createStopwatch();
  const shown = async (): Promise<string | null> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ coin(id: \\"coingecko:coin-0\\") { exact { priceUsd } } }"}',
    });
    const { data } = (await response.json()) as { data: { coin: { exact: { priceUsd: string } } | null } };
    return data.coin?.exact.priceUsd ?? null;
  };
  for (let n = 0; n < appends; n += 1) {
    // The fortieth page has the first 250 coins again, a minute later, in another run.
    const index = from + 40 * (n + 1);
    const [page = '[]'] = makePages(1, 1, index);
    const [coin] = JSON.parse(page) as { current_price: number }[];
    await appendPage(sql, index, Buffer.from(page));
    const deadline = Date.now() + visibleWithinMs;
    await watch.time(async () => {
      while ((await shown()) !== String(coin?.current_price)) {
        if (Date.now() > deadline) throw new Error(`page ${index} was not visible in ${visibleWithinMs} ms`);
        await sleep(2);
      }
    });
    await sleep(20);
  }
  return { p50Ms: watch.quantile(0.5), p99Ms: watch.quantile(0.99) };
}

/** A load on one API process while something is done beside it. */
async function underLoad<T extends { swapAt: number; doneAt: number }>(url: string, task: () => Promise<T>) {
  const load = child('serving-load.child.mjs', [url, String(questionsPerSecond)]);
  await once(load, 'message');
  const result = await task();
  load.send({ swapAt: result.swapAt, doneAt: result.doneAt });
  const [told] = await once(load, 'message');
  return { result, load: loaded.parse(told) };
}

/** How soon what is appended is visible, and what a rebuild does to those who ask meanwhile. */
export async function benchServing(server: BenchServer, pageCount: number): Promise<string> {
  const { sql } = server;
  for (let from = 0; from < pageCount; from += pagesAtOnce)
    for (const [index, page] of makePages(Math.min(pagesAtOnce, pageCount - from), 1, from).entries())
      await appendPage(sql, from + index, Buffer.from(page));
  const follower = createBenchProjector(server.sql);
  await follower.catchUpTo(await readHeads(sql));
  follower.follow();
  const { host, path, port, user, database } = server.appTarget;
  const api = child('graphql-server.child.mjs', [
    'coinlog',
    JSON.stringify({ host, path, port, user, database }),
  ]);
  try {
    const [{ port: listening }] = (await once(api, 'message')) as [{ port: number }];
    const url = `http://127.0.0.1:${listening}/graphql`;
    const visible = await underLoad(url, async () => ({
      ...(await measureVisibility(server, url, pageCount)),
      swapAt: Infinity,
      doneAt: 0,
    }));
    const rebuilt = await underLoad(url, () => runRebuild(server));
    const { load } = rebuilt;
    if (load.failed + load.empty + visible.load.failed + visible.load.empty > 0)
      throw new Error(
        `${load.failed + visible.load.failed} answers failed, ${load.empty + visible.load.empty} were short`,
      );
    const snapshots = pageCount * perPage;
    const table = formatTable([
      {
        work: `append to visible in GraphQL, ${questionsPerSecond} questions a second beside it, median`,
        ours: figure(visible.result.p50Ms, 'ms'),
        ratio: visible.result.p50Ms / 100,
        goal: { atMost: 1 },
      },
      {
        work: 'the same, p99',
        ours: figure(visible.result.p99Ms, 'ms'),
        ratio: visible.result.p99Ms / 500,
        goal: { atMost: 1 },
      },
      {
        work: `rebuild of ${figure(snapshots, 'snapshots')} under ${questionsPerSecond} questions a second`,
        ours: figure(rebuilt.result.seconds, 's', 1),
      },
      { work: 'answers meanwhile; none failed, none was short', ours: figure(load.answers, 'answers') },
      {
        work: 'their p50, p99, longest',
        ours: `${figure(load.p50Ms, 'ms')}, ${figure(load.p99Ms, 'ms')}, ${figure(load.longestMs, 'ms')}`,
      },
      { work: 'the longest that overlapped the swap', ours: figure(load.longestAtSwapMs, 'ms') },
    ]);
    return `Serving while the log grows and while it is rebuilt.\n${server.durability}.\n\n${table}\n`;
  } finally {
    api.disconnect();
    await once(api, 'exit');
    await follower.close();
  }
}
