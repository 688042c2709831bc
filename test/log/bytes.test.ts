import { createHash, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { maxPayloadBytes } from '../../src/log/event.ts';
import { readEvent, readEvents, readHeads } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { plainEvent } from '../support/log.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

async function roundTrip(stream: string, bodies: readonly Uint8Array[]): Promise<void> {
  const after = (await readHeads(database.sql)).get(stream) ?? 0;
  await append(
    database.sql,
    stream,
    bodies.map((body, index) => plainEvent(`${stream} ${after + index}`, body)),
  );
  const read = await readEvents(database.readSql, stream, after, { limit: 100, archive: noArchive });
  expect(read.map(({ payload }) => hex(payload))).toEqual(bodies.map(hex));
  expect(read.map(({ payloadBytes }) => payloadBytes)).toEqual(bodies.map(({ byteLength }) => byteLength));
  expect(read.map(({ sha256 }) => sha256)).toEqual(bodies.map(digest));
}

describe('a payload comes back byte for byte', () => {
  it.each([
    ['invalid UTF-8', Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])],
    ['NUL', Buffer.from([0, 0x61, 0, 0, 0x62, 0])],
    ['nothing', Buffer.alloc(0)],
    ['every value', Buffer.from(Array.from({ length: 256 }, (_, value) => value))],
    ['what looks like an escape of bytea', Buffer.from(String.raw`\x00 \\ \000 '`)],
  ])('with %s', async (_, body) => {
    await roundTrip('bytes.named', [body]);
  });

  it('whatever it is, alone or among others of its batch', async () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 3_000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(bodies, (bodies) => roundTrip('bytes.any', bodies)),
      { numRuns: 150 },
    );
  });

  it.each([
    ['noise, which does not compress', randomBytes(maxPayloadBytes)],
    ['zeros, which compress to nothing', Buffer.alloc(maxPayloadBytes)],
  ])('with 64 MiB, the most there may be, of %s', async (what, body) => {
    const stream = `bytes.${what.split(',')[0]}`;
    await append(database.sql, stream, [plainEvent(stream, body)]);
    const read = await readEvent(database.readSql, stream, 1, noArchive);
    expect(read?.payloadBytes).toBe(maxPayloadBytes);
    expect(digest(read?.payload ?? new Uint8Array())).toBe(digest(body));
  });
});

describe('a payload of one byte more than 64 MiB', () => {
  it('is refused with its size and the limit, and nothing of its batch is appended', async () => {
    const batch = [plainEvent('small'), plainEvent('too large', Buffer.alloc(maxPayloadBytes + 1))];
    await expect(append(database.sql, 'bytes.over', batch)).rejects.toMatchObject({
      code: 'EVENT_TOO_LARGE',
      message: expect.stringMatching(/ 67108865 bytes.* 67108864\b/),
    });
    expect((await readHeads(database.sql)).has('bytes.over')).toBe(false);
  });
});
