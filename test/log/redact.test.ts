import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { readEvent } from '../../src/log/read.ts';
import { redact } from '../../src/log/redact.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { createTestArchive, type TestArchive } from '../support/archive.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { plainEvent, tamper } from '../support/log.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';

let database: TestDatabase;
let archive: TestArchive;
beforeEach(async () => {
  [database, archive] = [await createTestDatabase(), await createTestArchive()];
});
afterEach(async () => {
  await expectRebuildEqualsLive(database, archive.fresh());
  await database.close();
  await archive.remove();
});

const redactEvent = (stream: string, version: number) =>
  redact(
    {
      sql: database.sql,
      owner: database.owner,
      archive: archive.fresh(),
      holder: crypto.randomUUID(),
      now: () => new Date(),
    },
    { stream, version, reason: 'a person asked for it' },
  );
const verify = () => verifyLog(database.sql, { archive: archive.fresh() });
// Does not compress, so that its bytes would be found as they are.
const secret = randomBytes(6_000);

/** True when the bytes stand in any file of the event tables, dead rows included. */
async function inDataFiles(bytes: Buffer): Promise<boolean> {
  await database.owner`checkpoint`;
  const rows = await database.owner<{ found: boolean }[]>`
    select position(${bytes}::bytea in pg_read_binary_file(pg_relation_filepath(f.file))) > 0 as found
    from pg_partition_tree('log.event') t join pg_class c on c.oid = t.relid
    cross join lateral (values (c.oid), (c.reltoastrelid)) as f (file)
    where t.isleaf and f.file <> 0`;
  return rows.some(({ found }) => found);
}

describe('redaction', () => {
  it('takes the bytes out of the table and its files; all else of the event and the chain stay', async () => {
    await append(database.sql, 'b.b', [plainEvent('a'), plainEvent('secret', secret), plainEvent('c')]);
    const before = await readEvent(database.sql, 'b.b', 2, archive.fresh());
    const needle = secret.subarray(100, 1_500);
    expect(await inDataFiles(needle)).toBe(true);
    // Somebody who could still see the old version of the row, if it were there.
    const reader = await database.owner.reserve();
    await reader`begin isolation level repeatable read`;
    await reader`select 1 from log.stream`;
    expect(await redactEvent('b.b', 2)).toEqual({ where: 'database', payloadBytes: 6_000 });
    expect(await inDataFiles(needle)).toBe(false);
    await reader`commit`;
    reader.release();
    const after = await readEvent(database.sql, 'b.b', 2, archive.fresh());
    expect(after).toEqual({ ...before, redacted: true, payload: new Uint8Array() });
    expect(await verify()).toMatchObject({ ok: true, events: 4 });
    expect(await readEvent(database.sql, 'operator', 1, archive.fresh())).toMatchObject({
      type: 'event.redacted',
      metadata: { stream: 'b.b', version: 2, reason: 'a person asked for it', sha256: before?.sha256 },
    });
  });

  it('takes the bytes out of an archived file, which is replaced by one that is checked', async () => {
    await append(database.sql, 'b.b', [plainEvent('a'), plainEvent('secret', secret), plainEvent('c')]);
    await archive.close(database);
    expect(await redactEvent('b.b', 2)).toMatchObject({ where: 'archive' });
    await redactEvent('b.b', 3);
    const files = await readdir(join(archive.folder, 'b.b'));
    expect(files).toEqual([expect.stringMatching(/^000000000001-000000000003-[0-9a-f]{8}\.zst$/)]);
    const content = await readFile(join(archive.folder, 'b.b', files[0] ?? ''));
    expect(content.includes(secret.subarray(100, 300))).toBe(false);
    expect(await readEvent(database.sql, 'b.b', 1, archive.fresh())).toMatchObject({ redacted: false });
    expect(await readEvent(database.sql, 'b.b', 2, archive.fresh())).toMatchObject({ redacted: true });
    expect(await verify()).toMatchObject({ ok: true, events: 5 });
  });

  it('of several events at once loses nothing else: one after the other, or told to wait', async () => {
    const events = Array.from({ length: 6 }, (_, n) => plainEvent(`e${n}`));
    await append(database.sql, 'b.b', events);
    await archive.close(database);
    const outcomes = await Promise.allSettled([2, 3, 4].map((version) => redactEvent('b.b', version)));
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'BUSY' });
    for (const version of [2, 3, 4]) await redactEvent('b.b', version);
    expect(await verify()).toMatchObject({ ok: true, events: 9 });
    const left = [];
    for (let version = 1; version <= 6; version += 1)
      if (!(await readEvent(database.sql, 'b.b', version, archive.fresh()))?.redacted) left.push(version);
    expect(left).toEqual([1, 5, 6]);
    expect(await readdir(join(archive.folder, 'b.b'))).toHaveLength(1);
  });

  it('is not undone by an archiver that had read the bytes before', async () => {
    await append(database.sql, 'b.b', [plainEvent('a'), plainEvent('secret', secret), plainEvent('c')]);
    const row = async (chain: string) =>
      database.owner`
        select log.finish_cut(row('b.b', 1, ${chain === 'late' ? 2 : 1},
          sha256('b.b'), (select chain_hash from log.event where stream = 'b.b' and version = ${chain === 'late' ? 2 : 1}),
          1, now(), 'b.b/x.zst', 1, sha256('x'), now())::log.segment, 0)`;
    await database.owner`select log.begin_cut('b.b', 1, 2)`;
    await redactEvent('b.b', 2);
    await database.owner`select log.begin_cut('b.b', 1, 2)`;
    await expect(row('late')).rejects.toThrow(/redacted meanwhile/);
    expect(await inDataFiles(secret.subarray(100, 1_500))).toBe(false);
    expect(await verify()).toMatchObject({ ok: true, events: 4 });
  });

  it('also takes the bytes that a killed archiver left beside: a copied table, a stored file', async () => {
    await append(database.sql, 'b.b', [plainEvent('a'), plainEvent('secret', secret), plainEvent('c')]);
    await database.owner`select log.begin_cut('b.b', 1, 1)`;
    const orphan = 'b.b/000000000001-000000000002.zst';
    await database.sql`insert into control.pending_file values (${orphan})`;
    await mkdir(join(archive.folder, 'b.b'));
    await writeFile(join(archive.folder, orphan), secret);
    await redactEvent('b.b', 2);
    const tables = await database.owner`
      select relname from pg_class where relnamespace = 'log'::regnamespace and relkind = 'r' and not relispartition
        and relname like '%b.b%'`;
    expect(tables).toEqual([]);
    expect(await readdir(join(archive.folder, 'b.b'))).toEqual([]);
    expect(await verify()).toMatchObject({ ok: true, events: 4 });
  });

  it('takes out what the event had decided: quotes, counts and rejected records are folded again', async () => {
    const page = (price: number) =>
      JSON.stringify([
        { id: 'bitcoin', symbol: 'btc', name: 'Bitcoin', current_price: price },
        { id: '', symbol: 'x', name: 'Nobody', current_price: 'much' },
      ]);
    const run = { stream: 'coingecko.markets', params: { vs_currency: 'usd' } };
    await appendRun(database.sql, {
      ...run,
      runId: 'one',
      startedAt: new Date('2026-11-20T10:00Z'),
      pages: [page(1)],
    });
    await appendRun(database.sql, {
      ...run,
      runId: 'two',
      startedAt: new Date('2026-11-20T11:00Z'),
      pages: [page(2)],
    });
    await projectAll(database);
    const state = async () => ({
      quote: (await database.sql`select price from read.quote`).map(({ price }) => Number(price)),
      rejected: (await database.sql`select version from read.rejected_record order by 1`).map(
        (row) => row.version,
      ),
      accepted: (await database.sql`select accepted from read.run order by run_id`).map(
        (row) => row.accepted,
      ),
    });
    expect(await state()).toEqual({ quote: [2], rejected: [2, 5], accepted: [1, 1] });
    await redactEvent('coingecko.markets', 5);
    await projectAll(database);
    expect(await state()).toEqual({ quote: [1], rejected: [2], accepted: [1, 0] });
    await expectRebuildEqualsLive(database);
  });

  it('is obeyed by the folds from the decision on, before a byte is gone', async () => {
    const run = { stream: 'coingecko.markets', params: { vs_currency: 'usd' }, startedAt: new Date() };
    const page = JSON.stringify([{ id: 'bitcoin', symbol: 'btc', name: 'Bitcoin', current_price: 1 }]);
    await appendRun(database.sql, { ...run, runId: 'one', pages: [page] });
    await projectAll(database);
    const noOwner = redact(
      {
        sql: database.sql,
        owner: database.sql,
        archive: archive.fresh(),
        holder: crypto.randomUUID(),
        now: () => new Date(),
      },
      { stream: 'coingecko.markets', version: 2, reason: 'no right to' },
    );
    await expect(noOwner).rejects.toThrow(/permission denied/);
    await projectAll(database);
    expect(await database.sql`select 1 from read.quote`).toEqual([]);
    await expectRebuildEqualsLive(database);
    await redactEvent('coingecko.markets', 2);
    expect(await verify()).toMatchObject({ ok: true });
    await expectRebuildEqualsLive(database);
  });

  it('without the operator’s event is refused by the database, and found by verify', async () => {
    await append(database.sql, 'b.b', [plainEvent('a')]);
    await expect(database.owner`select log.redact('b.b', 1)`).rejects.toThrow(/no operator/);
    await tamper(database, 'update log.event set payload = null');
    expect(await verify()).toMatchObject({ ok: false, firstBad: { stream: 'b.b', version: 1 } });
  });

  it('of nothing, or of an operator’s event, is refused', async () => {
    await expect(redactEvent('b.b', 1)).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
    await expect(redactEvent('operator', 1)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
