import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import type { LogEvent } from '../../src/log/event.ts';
import { openLog } from '../../src/log/log-kind.ts';
import { exportLog } from '../../src/log/move/export.ts';
import { importLog } from '../../src/log/move/import.ts';
import { readEvents, readHeads } from '../../src/log/read.ts';
import { redact } from '../../src/log/redact.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { createTestArchive, type TestArchive } from '../support/archive.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { appendPlain, plainEvent, tamper } from '../support/log.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';

const now = () => new Date();
let from: TestDatabase;
let to: TestDatabase;
let archive: TestArchive;
let folder: string;
beforeEach(async () => {
  [from, to] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  archive = await createTestArchive();
  folder = join(await mkdtemp(join(tmpdir(), 'coinlog-move-')), 'export with a space');
});
afterEach(async () => {
  await expectRebuildEqualsLive(from, archive.fresh());
  await expectRebuildEqualsLive(to, archive.fresh());
  await Promise.all([from.close(), to.close(), archive.remove()]);
  await rm(join(folder, '..'), { recursive: true });
});

async function allEvents({ sql }: TestDatabase, source = noArchive): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for (const [stream, head] of await readHeads(sql))
    for (let after = 0; after < head; after = events.at(-1)?.version ?? head)
      events.push(...(await readEvents(sql, stream, after, { limit: 100, archive: source })));
  return events;
}
const exportFrom = () => exportLog({ sql: from.sql, archive: archive.fresh(), now }, folder);
const importInto = (database: TestDatabase, signal?: AbortSignal) =>
  importLog(
    { sql: database.sql, owner: database.owner, archive: noArchive, ...(signal ? { signal } : {}) },
    folder,
  );

/** A log with an operator's event, a run, an archived segment and a redaction. */
async function fill(): Promise<void> {
  await openLog(from.sql, 'live', now());
  await appendRun(from.sql, {
    stream: 'coingecko.markets',
    runId: 'one',
    startedAt: new Date('2026-11-20T10:00:00Z'),
    params: { vs_currency: 'usd' },
    pages: [JSON.stringify([{ id: 'bitcoin', symbol: 'btc', name: 'Bitcoin', current_price: 1.5 }])],
  });
  await append(from.sql, 'b.b', [plainEvent('bytes', Buffer.from([0xff, 0, 0x0a])), plainEvent('none')]);
  await archive.close(from);
  await redact(
    { sql: from.sql, owner: from.owner, archive: archive.fresh(), holder: 'test', now },
    { stream: 'b.b', version: 2, reason: 'test' },
  );
  await appendPlain(from, 'b.b', 300);
}

describe('a log that moves house', () => {
  it('arrives with every version, id, time, hash and byte; the read model is the same', async () => {
    await fill();
    expect(await exportFrom()).toEqual({ events: 307, files: 3 });
    expect(await importInto(to)).toEqual({ events: 307, already: 0 });
    expect(await allEvents(to)).toEqual(await allEvents(from, archive.fresh()));
    const heads = (await verifyLog(from.sql, { archive: archive.fresh() })).heads;
    expect(await verifyLog(to.sql, { archive: noArchive, against: heads })).toMatchObject({
      ok: true,
      events: 307,
    });
    await projectAll(to);
    expect(await to.sql`select price from read.quote`).toEqual([{ price: '1.5' }]);
    await expectRebuildEqualsLive(to);
  });

  it('goes on there: an id it knows is a duplicate, a new event follows the last', async () => {
    await fill();
    await exportFrom();
    await importInto(to);
    const bytes = plainEvent('bytes', Buffer.from([0xff, 0, 0x0a]));
    expect(await append(to.sql, 'b.b', [bytes])).toMatchObject({ kind: 'duplicate', versions: [1] });
    expect(await append(to.sql, 'b.b', [plainEvent('new')])).toMatchObject({ versions: [303] });
    expect(await verifyLog(to.sql, { archive: noArchive })).toMatchObject({ ok: true, events: 308 });
  });

  it('can be imported again, and after a stop goes on where it was', async () => {
    await fill();
    await exportFrom();
    const stop = new AbortController();
    const options = { sql: to.sql, owner: to.owner, archive: noArchive };
    const stopped = importLog({ ...options, signal: stop.signal, onProgress: () => stop.abort() }, folder);
    await expect(stopped).rejects.toMatchObject({ code: 'BUSY' });
    const there = (await allEvents(to)).length;
    expect(there).toBeGreaterThan(0);
    expect(await importInto(to)).toEqual({ events: 307 - there, already: there });
    expect(await importInto(to)).toEqual({ events: 0, already: 307 });
    expect(await allEvents(to)).toEqual(await allEvents(from, archive.fresh()));
  });
});

describe('an import is refused, with nothing written,', () => {
  beforeEach(fill);

  it('into a database that holds another log', async () => {
    await exportFrom();
    await openLog(to.sql, 'live', now());
    await expect(importInto(to)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
    expect(await allEvents(to)).toHaveLength(1);
  });

  it('into a copy that went its own way, whichever stream shows it', async () => {
    await exportFrom();
    await importInto(to);
    await rm(folder, { recursive: true });
    await appendPlain(from, 'c.c', 2);
    await redact(
      { sql: from.sql, owner: from.owner, archive: archive.fresh(), holder: 'test', now },
      { stream: 'b.b', version: 1, reason: 'test' },
    );
    await exportFrom();
    await append(to.sql, 'c.c', [plainEvent('another')]);
    const before = await allEvents(to);
    await expect(importInto(to)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
    expect(await allEvents(to)).toEqual(before);
  });

  it('of a damaged file', async () => {
    await exportFrom();
    const [file] = await readdir(join(folder, 'operator'));
    await truncate(join(folder, 'operator', file ?? ''), 80);
    await expect(importInto(to)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    expect(await allEvents(to)).toEqual([]);
  });

  it('of an export that was not finished, or is none', async () => {
    await exportFrom();
    await rm(join(folder, 'manifest.json'));
    await expect(importInto(to)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
    await writeFile(join(folder, 'manifest.json'), '{}');
    await expect(importInto(to)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
  });

  it('by the database itself, when an event does not follow from the one before it', async () => {
    const row = {
      id: crypto.randomUUID(),
      type: 'a.b',
      schema_version: 1,
      run_id: null,
      received_at: 1,
      recorded_at: 1,
      metadata: '{}',
      payload_bytes: 0,
      stored_bytes: 0,
      sha256: '00'.repeat(32),
      chain_hash: '11'.repeat(32),
    };
    const statement = to.owner`
      select log.import('b.b', 0, ${JSON.stringify([row])}::text::jsonb, ${Buffer.alloc(0)})`;
    await expect(statement).rejects.toThrow(/does not follow/);
    expect(await allEvents(to)).toEqual([]);
  });
});

describe('an export', () => {
  it('is refused of a log that was changed, and into a folder that is in use', async () => {
    await appendPlain(from, 'b.b', 5);
    await tamper(from, `update log.event set type = 'x' where version = 2`);
    await expect(exportFrom()).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    await expect(exportFrom()).rejects.toMatchObject({ code: 'FILE_REFUSED' });
  });
});
