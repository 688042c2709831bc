import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import type { NewEvent } from '../../src/log/event.ts';
import { readEvent, readEvents, readHeaders, readHeads } from '../../src/log/read.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const event = (name: string, payload: Uint8Array = Buffer.from(name)): NewEvent => ({
  id: deriveId('test', name),
  type: 'page.fetched',
  schemaVersion: 1,
  runId: 'run_1',
  receivedAt: new Date('2026-11-23T14:03:00.123Z'),
  metadata: {
    request: { url: 'https://example.test/a?b="c"', page: 1 },
    note: 'é "quoted" \\ \u0001 老板 \0 \ud800',
  },
  payload,
});

describe('append', () => {
  it('gives dense versions from 1 and keeps what it was given', async () => {
    const first = await append(database.sql, 'append.a', [event('a'), event('b')]);
    const second = await append(database.sql, 'append.a', [event('c')]);
    expect(first).toEqual({ kind: 'appended', versions: [1, 2], head: 2 });
    expect(second).toEqual({ kind: 'appended', versions: [3], head: 3 });
    const read = await readEvent(database.sql, 'append.a', 2);
    expect(read).toMatchObject({
      version: 2,
      type: 'page.fetched',
      runId: 'run_1',
      payloadBytes: 1,
      redacted: false,
    });
    expect(read?.receivedAt.toISOString()).toBe('2026-11-23T14:03:00.123Z');
    expect(Buffer.from(read?.payload ?? []).toString()).toBe('b');
  });

  it('answers a retry with the versions it had, whatever the expected head', async () => {
    await append(database.sql, 'append.retry', [event('a')], { expectedHead: 0 });
    await append(database.sql, 'append.retry', [event('b')], { expectedHead: 1 });
    const retry = await append(database.sql, 'append.retry', [event('a')], { expectedHead: 0 });
    expect(retry).toEqual({ kind: 'duplicate', versions: [1], head: 2 });
  });

  it('refuses another body under a known id, and a batch that is known in part', async () => {
    await append(database.sql, 'append.conflict', [event('a')]);
    expect(await append(database.sql, 'append.conflict', [event('a', Buffer.from('other'))])).toMatchObject({
      kind: 'conflict',
      reason: 'other_payload',
    });
    expect(await append(database.sql, 'append.conflict', [event('a'), event('b')])).toMatchObject({
      kind: 'conflict',
      reason: 'partly_known',
    });
    expect(await append(database.sql, 'append.conflict', [event('z')], { expectedHead: 7 })).toMatchObject({
      kind: 'conflict',
      reason: 'head_moved',
      head: 1,
    });
    expect((await readHeads(database.sql)).get('append.conflict')).toBe(1);
  });

  it('returns any bytes as they were: invalid UTF-8, NUL, nothing, every value', async () => {
    const bodies = [
      Buffer.from([0xff, 0xfe, 0]),
      Buffer.alloc(0),
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    ];
    await append(
      database.sql,
      'append.bytes',
      bodies.map((body, index) => event(`bytes ${index}`, body)),
    );
    const read = await readEvents(database.sql, 'append.bytes', 0, { limit: 10 });
    expect(read.map(({ payload }) => Buffer.from(payload).toString('hex'))).toEqual(
      bodies.map((body) => body.toString('hex')),
    );
  });

  it('keeps versions dense and in the order of their commits under eight writers that abort and repeat', async () => {
    const seen: number[] = [];
    let writing = true;
    const follow = async () => {
      while (writing || seen.length < 320) {
        const read = await readHeaders(database.readSql, 'append.many', seen.at(-1) ?? 0, { limit: 50 });
        seen.push(...read.map(({ version }) => version));
      }
    };
    const write = async (writer: number) => {
      for (let n = 0; n < 40; n += 1) {
        const one = [event(`${writer} ${n}`)];
        if (n % 5 === 0)
          await database.sql
            .begin(async (tx) => {
              await append(tx, 'append.many', one);
              throw new Error('aborted');
            })
            .catch(() => undefined);
        await append(database.sql, 'append.many', one);
        if (n % 7 === 0) await append(database.sql, 'append.many', one);
      }
    };
    const following = follow();
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
    writing = false;
    await following;
    expect(seen).toEqual(Array.from({ length: 320 }, (_, index) => index + 1));
  });
});

describe('verify', () => {
  it('finds an untouched log good', async () => {
    const result = await verifyLog(database.sql);
    expect(result.firstBad).toBeNull();
    expect(result.ok).toBe(true);
    expect(result.events).toBeGreaterThan(300);
  });

  const tampering: [string, string][] = [
    [
      'a flipped payload bit',
      `update log.event set payload = set_byte(payload, 9, get_byte(payload, 9) # 1) where stream = 'STREAM' and version = 3`,
    ],
    [
      'an edited metadata field',
      `update log.event set metadata = metadata || '{"note": "x"}' where stream = 'STREAM' and version = 3`,
    ],
    [
      'an edited time',
      `update log.event set received_at = received_at + interval '1 ms' where stream = 'STREAM' and version = 3`,
    ],
    ['an edited type', `update log.event set type = 'page.failed' where stream = 'STREAM' and version = 3`],
    ['a removed event', `delete from log.event where stream = 'STREAM' and version = 3`],
  ];
  it.each(tampering)('names the first bad event after %s', async (what, statement) => {
    const stream = `verify.${what.replaceAll(' ', '-')}`;
    await append(
      database.sql,
      stream,
      ['a', 'b', 'c', 'd'].map((name) => event(name, Buffer.from(name.repeat(40)))),
    );
    await database.owner.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx.unsafe(statement.replaceAll('STREAM', stream));
    });
    const result = await verifyLog(database.sql, { stream });
    expect(result.ok).toBe(false);
    expect(result.firstBad?.stream).toBe(stream);
    expect(result.firstBad?.version).toBe(what === 'a removed event' ? 4 : 3);
  });

  it('notices a tail that was cut off', async () => {
    await append(
      database.sql,
      'verify.tail',
      ['a', 'b'].map((name) => event(name)),
    );
    await database.owner.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`delete from log.event where stream = 'verify.tail' and version = 2`;
    });
    expect((await verifyLog(database.sql, { stream: 'verify.tail' })).firstBad).toMatchObject({ version: 2 });
  });
});

describe('the application', () => {
  const statements = [
    `update log.event set type = 'x'`,
    `delete from log.event`,
    `truncate log.event`,
    `insert into log.event_key select * from log.event_key`,
    `delete from log.event_key`,
    `update log.stream set head = 0`,
    `drop table log.event`,
    `alter table log.event disable trigger all`,
    `set role coinlog_log`,
    `select log.ensure_partition('x', 1)`,
  ];
  it.each(statements)('is refused by the database: %s', async (statement) => {
    await expect(database.sql.unsafe(statement)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|22023)$/),
    });
  });

  it('cannot change an event by a partition either, and nor can the projector', async () => {
    await append(database.sql, 'append.part', [event('a')]);
    await expect(database.sql.unsafe(`update log."event:append.part:1" set type = 'x'`)).rejects.toThrow(
      /permission denied/,
    );
    const asProjector = database.sql.begin(async (tx) => {
      await tx`set local role coinlog_projector`;
      await tx`delete from log.event`;
    });
    await expect(asProjector).rejects.toThrow(/permission denied/);
  });

  it('is stopped by triggers even as the superuser', async () => {
    await append(database.sql, 'append.super', [event('a')]);
    await expect(database.owner`update log.event set type = 'x'`).rejects.toThrow(/append-only/);
    await expect(database.owner`truncate log.event`).rejects.toThrow(/append-only/);
    await expect(database.owner`truncate log."event:append.super:1"`).rejects.toThrow(/append-only/);
  });
});
