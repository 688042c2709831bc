import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readHeadsFile, writeHeads } from '../../src/log/heads-file.ts';
import { verifyLog, type VerifyOptions } from '../../src/log/verify.ts';
import { writeVerifyCheckpoints } from '../../src/log/verify-checkpoint.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendPlain, tamper } from '../support/log.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  database.leaveUncompared('the log is damaged on purpose');
});
afterEach(() => database.close());

const verify = (options: Partial<VerifyOptions> = {}) =>
  verifyLog(database.sql, { archive: noArchive, ...options });

describe('verify', () => {
  it('finds an untouched log good, and counts what it looked at', async () => {
    await appendPlain(database, 'a.a', 300);
    await appendPlain(database, 'b.b', 3);
    const progress: number[] = [];
    const result = await verify({ onProgress: ({ events }) => progress.push(events) });
    expect(result).toMatchObject({ ok: true, events: 303, firstBad: null, skipped: { events: 0 } });
    expect(progress.at(-1)).toBe(303);
  });

  const at3 = `where stream = 'b.b' and version = 3`;
  const tampering: [what: string, statement: string, version: number, reason: RegExp][] = [
    [
      'a flipped payload bit',
      `update log.event set payload = set_byte(payload, 9, get_byte(payload, 9) # 1) ${at3}`,
      3,
      /payload/,
    ],
    ['a payload removed without a decision', `update log.event set payload = null ${at3}`, 3, /no operator/],
    [
      'an edited metadata field',
      `update log.event set metadata = metadata || '{"note": "x"}' ${at3}`,
      3,
      /hash/,
    ],
    [
      'an edited time of receipt',
      `update log.event set received_at = received_at + interval '1 microsecond' ${at3}`,
      3,
      /hash/,
    ],
    [
      'an edited time of recording',
      `update log.event set recorded_at = recorded_at - interval '1 ms' ${at3}`,
      3,
      /hash/,
    ],
    ['an edited type', `update log.event set type = 'page.failed' ${at3}`, 3, /hash/],
    ['an edited run', `update log.event set run_id = null ${at3}`, 3, /hash/],
    ['an edited digest', `update log.event set sha256 = sha256('x') ${at3}`, 3, /digest/],
    ['a deleted event', `delete from log.event ${at3}`, 4, /expected version 3/],
    [
      'a deleted event, the later ones moved up',
      `delete from log.event ${at3}; update log.event set version = version - 1 where stream = 'b.b' and version > 3`,
      3,
      /hash/,
    ],
    [
      'an event put in, the later ones moved on',
      `update log.event set version = version + 1000 where stream = 'b.b' and version >= 3;
       update log.event set version = version - 999 where stream = 'b.b' and version >= 1000;
       insert into log.event select stream, 3, gen_random_uuid(), type, schema_version, run_id, received_at, recorded_at,
         metadata, payload, payload_bytes, sha256, chain_hash from log.event where stream = 'b.b' and version = 2`,
      3,
      /hash/,
    ],
    [
      'an event put in beyond the head',
      `insert into log.event select stream, 7, gen_random_uuid(), type, schema_version, run_id, received_at, recorded_at,
         metadata, payload, payload_bytes, sha256, chain_hash from log.event where stream = 'b.b' and version = 6`,
      7,
      /beyond/,
    ],
    [
      'two swapped events',
      `update log.event set version = 1003 ${at3}; update log.event set version = 3 where stream = 'b.b' and version = 4;
       update log.event set version = 4 where stream = 'b.b' and version = 1003`,
      3,
      /hash/,
    ],
    [
      'two swapped payloads',
      `update log.event e set payload = o.payload, payload_bytes = o.payload_bytes, sha256 = o.sha256 from log.event o
       where e.stream = 'b.b' and o.stream = 'b.b' and (e.version, o.version) in ((3, 4), (4, 3))`,
      3,
      /hash/,
    ],
    [
      'the last event cut off',
      `delete from log.event where stream = 'b.b' and version = 6`,
      6,
      /missing: the stream's head is 6/,
    ],
    [
      'a changed head hash',
      `update log.stream set chain_hash = sha256('x') where stream = 'b.b'`,
      6,
      /own hash/,
    ],
    ['a removed key', `delete from log.event_key ${at3}`, 3, /event_key/],
    [
      'a key for an event that is not there',
      `insert into log.event_key values ('b.b', gen_random_uuid(), 7, '')`,
      6,
      /event_key/,
    ],
  ];
  it.each(tampering)('names the first bad event after %s', async (_what, statement, version, reason) => {
    for (const stream of ['a.a', 'b.b', 'c.c']) await appendPlain(database, stream, 6);
    expect((await verify()).ok).toBe(true);
    await tamper(database, statement);
    const result = await verify();
    expect(result.ok).toBe(false);
    expect(result.firstBad).toMatchObject({ stream: 'b.b', version });
    expect(result.firstBad?.reason).toMatch(reason);
  });
});

describe('heads exported to another place', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coinlog-heads-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function exported() {
    const path = join(folder, `${crypto.randomUUID()}.json`);
    await writeHeads(path, (await verify()).heads, new Date('2026-11-24T00:00:00Z'));
    return readHeadsFile(path);
  }

  it('still fit when the log has grown', async () => {
    await appendPlain(database, 'a.a', 3);
    const against = await exported();
    await appendPlain(database, 'b.b', 3);
    expect(await verify({ against })).toMatchObject({ ok: true, events: 6 });
  });

  it('show a tail that was cut off together with the head', async () => {
    await appendPlain(database, 'a.a', 6);
    const against = await exported();
    await tamper(
      database,
      `delete from log.event where version > 4; delete from log.event_key where version > 4;
       update log.stream s set head = 4, chain_hash = e.chain_hash from log.event e where e.version = 4`,
    );
    expect((await verify()).ok).toBe(true);
    expect((await verify({ against })).firstBad).toMatchObject({ stream: 'a.a', version: 5 });
  });

  it('show a chain that was made anew, and a stream that is gone', async () => {
    await appendPlain(database, 'a.a', 2);
    const against = await exported();
    const forged = new Map([...against, ['b.b', { version: 2, chainHash: Buffer.alloc(32) }]]);
    expect((await verify({ against: forged })).firstBad).toMatchObject({ stream: 'b.b', version: 1 });
    const other = new Map([['a.a', { version: 2, chainHash: Buffer.alloc(32) }]]);
    expect((await verify({ against: other })).firstBad).toMatchObject({ stream: 'a.a', version: 2 });
  });

  it('are refused, naming the file, when they are something else', async () => {
    const path = join(folder, 'other.json');
    await writeFile(path, '{"streams":{}}');
    await expect(readHeadsFile(path)).rejects.toMatchObject({ code: 'FILE_REFUSED' });
    await expect(readHeadsFile(join(folder, 'none.json'))).rejects.toThrow(/none\.json/);
    expect(await readFile(path, 'utf8')).toContain('streams');
  });
});

describe('since the last checkpoint', () => {
  const checkpoint = async () =>
    writeVerifyCheckpoints(database.sql, (await verify()).heads, new Date('2026-11-24T00:00:00Z'));

  it('verify looks only at what is new, and says what it skipped', async () => {
    await appendPlain(database, 'a.a', 5);
    await checkpoint();
    await appendPlain(database, 'b.b', 2);
    await tamper(database, `update log.event set type = 'x' where stream = 'a.a' and version = 2`);
    expect(await verify({ sinceCheckpoint: true })).toMatchObject({
      ok: true,
      events: 2,
      skipped: { events: 5, streams: { 'a.a': { upTo: 5, verifiedAt: new Date('2026-11-24T00:00:00Z') } } },
    });
    expect((await verify()).firstBad).toMatchObject({ stream: 'a.a', version: 2 });
  });

  it('the hash of the head is compared all the same', async () => {
    await appendPlain(database, 'a.a', 5);
    await checkpoint();
    await tamper(database, `update log.stream set chain_hash = sha256('x') where stream = 'a.a'`);
    expect((await verify({ sinceCheckpoint: true })).firstBad).toMatchObject({ stream: 'a.a', version: 5 });
  });

  it('heads exported to another place are compared all the same', async () => {
    await appendPlain(database, 'a.a', 5);
    await checkpoint();
    const options = (version: number) => ({
      sinceCheckpoint: true,
      against: new Map([['a.a', { version, chainHash: Buffer.alloc(32) }]]),
    });
    expect((await verify(options(5))).firstBad).toMatchObject({ stream: 'a.a', version: 5 });
    expect((await verify(options(3))).firstBad).toMatchObject({ stream: 'a.a', version: 4 });
  });

  it('a tail cut off together with the head shows, since the checkpoint is beyond it', async () => {
    await appendPlain(database, 'a.a', 6);
    await checkpoint();
    await tamper(
      database,
      `delete from log.event where version > 4; delete from log.event_key where version > 4;
       update log.stream s set head = 4, chain_hash = e.chain_hash from log.event e where e.version = 4`,
    );
    expect((await verify({ sinceCheckpoint: true })).firstBad).toMatchObject({ stream: 'a.a', version: 5 });
  });
});
