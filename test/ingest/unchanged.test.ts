import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendOperatorEvent } from '../../src/control/operator-events.ts';
import { redactedType } from '../../src/log/redactions.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readEvents } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream, type UpstreamAnswer } from '../support/upstream.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const stream = 'coingecko.markets';
const coin = (id: string, price: number) => ({
  id,
  symbol: id,
  name: id,
  current_price: price,
  last_updated: '2026-11-20T10:00:00Z',
});
const body = (price: number) => JSON.stringify([coin('bitcoin', price), coin('ether', 2)]);

/** Several runs against one upstream, by what it answers to each request. */
async function runs(count: number, answer: (n: number, conditions: string | undefined) => UpstreamAnswer) {
  const upstream = await startUpstream((_url, n) => answer(n, upstream.headers.at(-1)?.['if-none-match']));
  const ingester = createTestIngester(database);
  const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
  const outcomes = [];
  for (let n = 0; n < count; n += 1) outcomes.push(await ingester.ingest(source, { reason: 'test' }));
  await Promise.all([ingester.close(), upstream.close()]);
  await projectAll(database);
  const events = await readEvents(database.sql, stream, 0, { limit: 100, archive: noArchive });
  const rows = await database.sql`select * from read.run order by started_at, started_version`;
  return { outcomes, events, rows, upstream };
}

describe('an answer that has not changed', () => {
  it('is on record as unchanged and not stored again, when the upstream says 304 to the validator it gave', async () => {
    const { events, rows, upstream } = await runs(3, (_n, conditions) =>
      conditions === '"v1"' ? { status: 304, body: '' } : { headers: { etag: '"v1"' }, body: body(1) },
    );
    expect(upstream.headers.map((headers) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v1"']);
    expect(events.filter(({ type }) => type.startsWith('page.')).map(({ type }) => type)).toEqual([
      'page.fetched',
      'page.unchanged',
      'page.unchanged',
    ]);
    const [, fetched, , , unchanged] = events;
    expect(unchanged?.payloadBytes).toBe(0);
    expect(unchanged?.metadata['of']).toEqual({ version: fetched?.version, sha256: fetched?.sha256 });
    expect(
      rows.map((row) => [row['status'], row['unchanged'], row['recordsRead'], row['duplicates']]),
    ).toEqual([
      ['COMPLETED', false, 2, 0],
      ['COMPLETED', true, 2, 2],
      ['COMPLETED', true, 2, 2],
    ]);
  });

  it('is found by its digest where the upstream knows no validators', async () => {
    const { events, upstream } = await runs(2, () => ({ body: body(1) }));
    expect(upstream.headers.map((headers) => headers['if-none-match'])).toEqual([undefined, undefined]);
    expect(events.map(({ type }) => type)).toContain('page.unchanged');
    expect(events.filter(({ payloadBytes }) => payloadBytes > 0)).toHaveLength(1);
  });

  it('is stored again once it is another one, and what came before is named no more', async () => {
    const { events } = await runs(3, (n) => ({ body: body(n === 2 ? 5 : 1) }));
    expect(events.filter(({ type }) => type === 'page.fetched')).toHaveLength(3);
    expect(await database.sql`select price from read.quote where source_coin_id = 'bitcoin'`).toEqual([
      { price: '1' },
    ]);
  });

  it('is stored again when the bytes it refers to were redacted meanwhile', async () => {
    const upstream = await startUpstream(() => ({ body: body(1) }));
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
    await ingester.ingest(source, { reason: 'test' });
    await appendOperatorEvent(
      database.sql,
      {
        type: redactedType,
        by: { actor: 'test', reason: 'test' },
        metadata: { stream, version: 2 },
      },
      new Date(),
    );
    await ingester.ingest(source, { reason: 'test' });
    await Promise.all([ingester.close(), upstream.close()]);
    const events = await readEvents(database.sql, stream, 0, { limit: 100, archive: noArchive });
    expect(events.filter(({ type }) => type === 'page.fetched')).toHaveLength(2);
  });

  it('that is empty is a failure, however often it comes', async () => {
    const { outcomes } = await runs(2, () => ({ body: '[]' }));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
  });

  it('is no answer to a request without a condition', async () => {
    const { outcomes } = await runs(1, () => ({ status: 304, body: '' }));
    expect(outcomes).toMatchObject([{ kind: 'failed', message: expect.stringContaining('HTTP 304') }]);
  });
});
