import { copyFile, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readEvent, readEvents, readHeaders, readHeads, readNewest } from '../../src/log/read.ts';
import { storedEvents } from '../../src/log/stored-events.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { createTestApi } from '../graphql/support.ts';
import { createTestArchive, type TestArchive } from '../support/archive.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { appendPlain, plainEvent, tamper } from '../support/log.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';

let database: TestDatabase;
let archive: TestArchive;
beforeEach(async () => {
  [database, archive] = [await createTestDatabase(), await createTestArchive()];
});
afterEach(async () => {
  if (database.uncompared === null) await expectRebuildEqualsLive(database, archive.fresh());
  await database.close();
  await archive.remove();
});

const stream = 'coingecko.markets';
const page = (n: number) =>
  JSON.stringify([{ id: `coin-${n}`, symbol: 'c', name: `Coin ${n}`, current_price: n + 1 }]);
const run = (runId: string, pages: string[], ending?: null) =>
  appendRun(database.sql, {
    stream,
    runId,
    startedAt: new Date('2026-11-20T10:00:00Z'),
    params: { vs_currency: 'usd' },
    pages,
    ...(ending === null ? { ending } : {}),
  });
const verify = () => verifyLog(database.sql, { archive: archive.fresh() });

describe('the archive', () => {
  it('gives back every event as it was: columns, bytes, order, newest first', async () => {
    await run('one', [page(1), page(2), page(3)]);
    const bodies = [Buffer.alloc(0), Buffer.from([0xff, 0, 10, 13]), Buffer.alloc(3_000_000, 7)];
    await append(
      database.sql,
      'b.b',
      bodies.map((body, n) => plainEvent(`${n}`, body)),
    );
    const all = async (from = noArchive) => {
      const events = [];
      for (const [name, head] of await readHeads(database.sql))
        for (let after = 0; after < head; after = events.at(-1)?.version ?? head)
          events.push(...(await readEvents(database.sql, name, after, { limit: 2, archive: from })));
      return events;
    };
    const before = await all();
    const newest = await readNewest(database.sql, 4, noArchive);
    const closed = await archive.close(database);
    expect(closed.map(({ stream: name, lastVersion }) => [name, lastVersion])).toEqual([
      ['b.b', 3],
      [stream, 5],
    ]);
    expect(await database.sql`select stream, version from log.event`).toEqual([]);
    expect(await all(archive.fresh())).toEqual(before);
    expect(await readNewest(database.sql, 4, archive.fresh())).toEqual(newest);
    expect((await readEvent(database.sql, 'b.b', 3, archive.fresh()))?.payload).toEqual(bodies[2]);
    expect(await verify()).toMatchObject({ ok: true, events: 8 });
  });

  it('is read by rebuild, by the live projector and by GraphQL; the log goes on after it', async () => {
    await run('one', [page(1), page(2)]);
    await projectAll(database);
    await archive.close(database);
    await run('two', [page(1), page(3)]);
    await archive.close(database, new Date(0));
    await projectAll(database, archive.fresh());
    await expectRebuildEqualsLive(database, archive.fresh());
    await archive.close(database);
    await expectRebuildEqualsLive(database, archive.fresh());
    expect(await database.sql`select coins, snapshots from read.source`).toEqual([
      { coins: 3, snapshots: 3 },
    ]);
    const api = await createTestApi(database, { archive: archive.fresh() });
    const { data } = await api.ask(
      '{ coin(id: "coingecko.coin-2") { quotes { rawRecord event { version sha256 } } } }',
    );
    expect(data).toMatchObject({
      coin: { quotes: [{ rawRecord: { id: 'coin-2', current_price: 3 }, event: { version: 3 } }] },
    });
    await api.close();
    expect(await verify()).toMatchObject({ ok: true, events: 8 });
  });

  it('keeps the ids: an archived event again is a duplicate with its version, another body a conflict', async () => {
    await append(database.sql, 'b.b', [plainEvent('x'), plainEvent('y')]);
    await archive.close(database);
    expect(await append(database.sql, 'b.b', [plainEvent('y')])).toEqual({
      kind: 'duplicate',
      versions: [2],
      head: 2,
    });
    expect(await append(database.sql, 'b.b', [plainEvent('y', Buffer.from('z'))])).toMatchObject({
      reason: 'other_payload',
    });
    expect(await append(database.sql, 'b.b', [plainEvent('z')])).toMatchObject({ versions: [3] });
  });

  it('closes by time: what was recorded later stays in the database', async () => {
    await appendPlain(database, 'b.b', 3);
    const [{ at } = { at: new Date() }] = await database.sql<{ at: Date }[]>`
      select clock_timestamp() + interval '5 ms' as at`;
    while (Date.now() <= at.getTime() + 5) await new Promise((resolve) => setTimeout(resolve, 1));
    await append(database.sql, 'b.b', [plainEvent('later')]);
    expect(await archive.close(database, at)).toMatchObject([{ firstVersion: 1, lastVersion: 3 }]);
    expect(await database.sql`select version from log.event`).toEqual([{ version: 4 }]);
    expect(await archive.close(database, at)).toEqual([]);
    expect(await archive.close(database)).toMatchObject([{ firstVersion: 4, lastVersion: 4 }]);
    expect(await verify()).toMatchObject({ ok: true, events: 4 });
  });

  it(
    'by itself closes what is full: 65,536 events, and the next ones stay',
    { timeout: 120_000 },
    async () => {
      for (let n = 0; n < 65_600; n += 2_050)
        await append(
          database.sql,
          'b.b',
          Array.from({ length: 2_050 }, (_, i) => plainEvent(`${n + i}`)),
        );
      expect(await archive.close(database, null)).toMatchObject([{ firstVersion: 1, lastVersion: 65_536 }]);
      expect(await database.sql`select count(*) as rows from log.event`).toEqual([{ rows: 64 }]);
      expect(
        await readHeaders(database.sql, 'b.b', 65_535, { limit: 3, archive: archive.fresh() }),
      ).toMatchObject([{ version: 65_536 }, { version: 65_537 }, { version: 65_538 }]);
      expect(await verify()).toMatchObject({ ok: true, events: 65_600 });
    },
  );

  it('waits for a reader in the way while appends go on, and loses none of them', async () => {
    await appendPlain(database, 'b.b', 50);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const reading = database.readSql.begin(async (tx) => {
      await tx`select count(*) from log.event`;
      await held;
    });
    const closing = archive.close(database);
    for (let n = 0; n < 40; n += 1) await append(database.sql, 'b.b', [plainEvent(`during ${n}`)]);
    release();
    await reading;
    const [closed] = await closing;
    expect(closed?.lastVersion).toBeGreaterThanOrEqual(50);
    expect((await readHeads(database.sql)).get('b.b')).toBe(90);
    expect(await verify()).toMatchObject({ ok: true, events: 90 });
  });

  it('may be filled while somebody reads from the beginning: each event comes once, in order', async () => {
    await appendPlain(database, 'b.b', 1);
    await append(
      database.sql,
      'b.b',
      Array.from({ length: 900 }, (_, n) => plainEvent(`many ${n}`)),
    );
    const seen: number[] = [];
    const range = { stream: 'b.b', after: 0, to: 901 };
    for await (const batch of storedEvents(database.sql, archive.fresh(), range)) {
      seen.push(...batch.map(({ version }) => version));
      if (seen.length < 300) await archive.close(database);
    }
    expect(seen).toEqual(Array.from({ length: 901 }, (_, n) => n + 1));
  });

  it('a process killed between storing and cutting leaves the log whole, and the next one goes on', async () => {
    await appendPlain(database, 'b.b', 5);
    // What it leaves behind: a file, and a table that was to take the partition's place.
    await database.owner`select log.begin_cut('b.b', 1, 3)`;
    await database.owner`select log.begin_cut('b.b', 1, 5)`;
    expect(await verify()).toMatchObject({ ok: true, events: 5 });
    expect(await archive.close(database)).toMatchObject([{ firstVersion: 1, lastVersion: 5 }]);
    expect(await verify()).toMatchObject({ ok: true, events: 5 });
  });

  it('takes nothing that is not as it was recorded', async () => {
    await appendPlain(database, 'b.b', 5);
    await tamper(database, `update log.event set type = 'x' where version = 3`);
    await expect(archive.close(database)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    expect(await database.sql`select count(*) as rows from log.event`).toEqual([{ rows: 5 }]);
    expect(await database.sql`select 1 from log.segment`).toEqual([]);
  });

  it('a second archiver at the same time is told to wait', async () => {
    await appendPlain(database, 'b.b', 5);
    await database.owner`insert into control.lease values ('archive', 'other', now(), now() + interval '1 minute')`;
    await expect(archive.close(database)).rejects.toMatchObject({ code: 'BUSY' });
  });
});

describe('when archived events cannot be read', () => {
  const file = 'b.b/000000000001-000000000005.zst';
  beforeEach(async () => {
    await appendPlain(database, 'b.b', 5);
    await archive.close(database);
  });

  it('a missing file is named by verify and by readers', async () => {
    database.leaveUncompared('what a rebuild would read is taken away');
    await rm(join(archive.folder, file));
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { stream: 'b.b', version: 1, reason: expect.stringContaining(file) },
    });
    await expect(readEvent(database.sql, 'b.b', 2, archive.fresh())).rejects.toMatchObject({
      code: 'ARCHIVE_FILE_MISSING',
    });
  });

  it('a cut-off file is named', async () => {
    database.leaveUncompared('what a rebuild would read is taken away');
    await truncate(join(archive.folder, file), 100);
    expect(await verify()).toMatchObject({ ok: false, firstBad: { reason: expect.stringContaining(file) } });
  });

  it('the file of another segment is named, and its events never pass for these', async () => {
    database.leaveUncompared('what a rebuild would read is taken away');
    await appendPlain(database, 'c.c', 5);
    await archive.close(database);
    await copyFile(join(archive.folder, file.replace('b.b', 'c.c')), join(archive.folder, file));
    const reading = readEvents(database.sql, 'b.b', 0, { limit: 2, archive: archive.fresh() });
    await expect(reading).rejects.toThrow(
      /b\.b\/000000000001-000000000005\.zst .* is not that of events 1 to 5/,
    );
    expect((await verify()).firstBad?.reason).toContain(file);
  });

  it('a snapshot from before the cut is told to try again, not that there is nothing', async () => {
    await appendPlain(database, 'c.c', 5);
    await database.readSql.begin('isolation level repeatable read', async (tx) => {
      await tx`select 1 from log.stream`;
      await archive.close(database);
      const reading = readEvents(tx, 'c.c', 0, { limit: 2, archive: archive.fresh() });
      await expect(reading).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    });
  });

  it('an archive that is not configured is named, with the events that are in it', async () => {
    await expect(readEvents(database.sql, 'b.b', 0, { limit: 2, archive: noArchive })).rejects.toThrow(
      /ARCHIVE_URI: events 1 to 5 of b\.b/,
    );
  });

  it('events that are nowhere are told as damage, never as an empty answer', async () => {
    database.leaveUncompared('what a rebuild would read is taken away');
    await appendPlain(database, 'c.c', 3);
    await tamper(database, `delete from log.event where stream = 'c.c' and version = 1`);
    await expect(
      readEvents(database.sql, 'c.c', 0, { limit: 2, archive: archive.fresh() }),
    ).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
  });
});

describe('a run', () => {
  it('that a crash left unfinished goes on, also when its beginning is in the archive', async () => {
    const upstream = await startUpstream((url) => ({
      body: JSON.stringify(
        Array.from({ length: url.searchParams.get('page') === '3' ? 5 : 250 }, (_, i) => ({
          id: `c${url.searchParams.get('page')}-${i}`,
          symbol: 'c',
          name: 'c',
          current_price: 1,
        })),
      ),
    }));
    const environment = { COINGECKO_BASE_URL: upstream.url, COINGECKO_PAGES: '9' };
    const source = sourceConfigured('coingecko', environment);
    let pages = 0;
    const dying = createTestIngester(database, {
      observer: {
        onAttempt: () => undefined,

        onAppend: () => {
          pages += 1;
          if (pages === 3) void dying.close();
        },
      },
    });
    await dying.ingest(source, { reason: 'test' });
    await dying.close();
    const before = (await readHeads(database.sql)).get(stream) ?? 0;
    await archive.close(database);
    const ingester = createTestIngester(database, { archive: archive.fresh() });
    const outcome = await ingester.ingest(source, { reason: 'test' });
    await ingester.close();
    await upstream.close();
    const events = await readHeaders(database.sql, stream, 0, { limit: 50, archive: archive.fresh() });
    expect(before).toBeGreaterThan(1);
    expect(outcome).toEqual({ kind: 'completed', runId: events[0]?.runId });
    expect(events.map(({ type }) => type)).toEqual([
      'run.started',
      'page.fetched',
      'page.fetched',
      'page.fetched',
      'run.completed',
    ]);
    expect((await readdir(archive.folder)).length).toBe(1);
    await projectAll(database, archive.fresh());
    await expectRebuildEqualsLive(database, archive.fresh());
  });
});
