import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pauseSource, resumeSource } from '../../src/control/source-decisions.ts';
import { runFact } from '../../src/ingest/run-facts.ts';
import { isStable } from '../../src/ingest/input-files.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { append } from '../../src/log/append.ts';
import { readHeaders } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'coinlog-honest-'));
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
  await rm(folder, { recursive: true });
});

const runRows = () => database.sql`select * from read.run order by started_version`;
const coin = (id: string, price: unknown = 1) => ({
  id,
  symbol: id,
  name: id,
  current_price: price,
  last_updated: '2026-11-20T10:00:00Z',
});

describe('the same bytes again', () => {
  it('are the same failure when their records were rejected: unchanged is no way to success', async () => {
    const body = JSON.stringify([coin('a', 'x'), coin('b', 'y'), coin('c')]);
    const upstream = await startUpstream(() => ({ body }));
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
    await ingester.ingest(source, { reason: 'test' });
    await ingester.ingest(source, { reason: 'test' });
    await Promise.all([ingester.close(), upstream.close()]);
    await projectAll(database);
    const shown = (await runRows()).map((row) => [
      row['status'],
      row['errorCode'],
      row['rejected'],
      row['duplicates'],
    ]);
    expect(shown).toEqual([
      ['FAILED', 'REJECT_LIMIT', 2, 0],
      ['FAILED', 'REJECT_LIMIT', 2, 1],
    ]);
  });
});

describe('a run that was killed', () => {
  it('after an empty first page fails as it would have, and is no success of nothing', async () => {
    const upstream = await startUpstream(() => ({ body: '[]' }));
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
    const killed = createTestIngester(database, {
      observer: {
        onAttempt: () => undefined,
        onAppend: () => {
          appends += 1;
          // After the page, before the end of the run.
          if (appends === 2) throw new Error('killed');
        },
      },
    });
    let appends = 0;
    await expect(killed.ingest(source, { reason: 'test' })).rejects.toThrow('killed');
    const ingester = createTestIngester(database);
    expect(await ingester.ingest(source, { reason: 'test' })).toMatchObject({ kind: 'failed' });
    await Promise.all([killed.close(), ingester.close(), upstream.close()]);
    await projectAll(database);
    expect((await runRows()).map((row) => [row['status'], row['errorCode']])).toEqual([
      ['FAILED', 'EMPTY_ANSWER'],
    ]);
  });

  it('in the middle of a file goes on as the same run, so that its rejects count together', async () => {
    const path = join(folder, 'bad.csv');
    await writeFile(path, `id,symbol,name,price\n${'x,X,X,abc\n'.repeat(10)}`);
    const source = sourceConfigured('csv');
    let appends = 0;
    const killed = createTestIngester(database, {
      observer: {
        onAttempt: () => undefined,
        onAppend: () => {
          appends += 1;
          // The start, the opening and the rows are there; the close is not.
          if (appends === 3) throw new Error('killed');
        },
      },
    });
    await expect(killed.ingest(source, { reason: 'test', path })).rejects.toThrow('killed');
    const ingester = createTestIngester(database);
    await ingester.ingest(source, { reason: 'test', path });
    await Promise.all([killed.close(), ingester.close()]);
    await projectAll(database);
    expect((await runRows()).map((row) => [row['status'], row['errorCode'], row['rejected']])).toEqual([
      ['FAILED', 'REJECT_LIMIT', 10],
    ]);
  });

  it('over a file that is gone or was read before is given its end', async () => {
    const started = runFact({
      runId: 'left',
      type: 'run.started',
      identity: [0],
      receivedAt: new Date(),
      metadata: {},
    });
    await append(database.sql, 'csv.files', [started]);
    const ingester = createTestIngester(database);
    const outcome = await ingester.ingest(sourceConfigured('csv'), {
      reason: 'test',
      path: join(folder, 'none'),
    });
    expect(outcome.kind).toBe('refused');
    await ingester.close();
    const headers = await readHeaders(database.sql, 'csv.files', 0, { limit: 10, archive: noArchive });
    expect(headers.map(({ type }) => type)).toEqual(['run.started', 'run.abandoned']);
  });
});

describe('a scheduled run', () => {
  it('is done by one of several workers', async () => {
    const upstream = await startUpstream(() => ({ body: JSON.stringify([coin('a')]) }));
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
    const workers = [createTestIngester(database), createTestIngester(database)];
    const tickAt = new Date(Date.now() - 2_000);
    const kinds = [];
    for (const worker of workers)
      kinds.push((await worker.ingest(source, { reason: 'schedule', tickAt })).kind);
    expect(kinds).toEqual(['completed', 'busy']);
    expect(upstream.requests).toHaveLength(1);
    await Promise.all([...workers.map((worker) => worker.close()), upstream.close()]);
  });
});

describe('an upstream that knows no pages', () => {
  it('ends a sweep over all coins as a failure, and not never', async () => {
    const body = JSON.stringify(Array.from({ length: 250 }, (_, n) => coin(`c${n}`)));
    const upstream = await startUpstream(() => ({ body }));
    const ingester = createTestIngester(database, { sleep: () => Promise.resolve() });
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstream.url,
      COINGECKO_PAGES: 'all',
      COINGECKO_API_KEY: 'CG-a-pro-key',
      COINGECKO_API_KEY_KIND: 'pro',
    });
    expect(await ingester.ingest(source, { reason: 'test' })).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('may not know pages'),
    });
    await Promise.all([ingester.close(), upstream.close()]);
  });
});

describe('a watched file', () => {
  it('that was written to just now is left alone, one with a time ahead is not', async () => {
    const now = new Date('2026-11-20T10:00:00Z');
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
    expect([at(-1), at(-10), at(7_200)].map((time) => isStable(time, now))).toEqual([false, true, true]);
  });

  it('that came while its source was paused is read once it is resumed', async () => {
    const path = join(folder, 'late.csv');
    await writeFile(path, 'id,symbol,name,price\na,A,A,1\n');
    await utimes(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    const by = { actor: 'test', reason: 'r' };
    await pauseSource(database.sql, 'csv', by, new Date());
    const ingester = createTestIngester(database);
    const read = () => ingester.ingest(sourceConfigured('csv'), { reason: 'schedule', path });
    expect((await read()).kind).toBe('paused');
    await resumeSource(database.sql, 'csv', by, new Date());
    expect((await read()).kind).toBe('completed');
    await ingester.close();
  });
});
