import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createArchive } from '../../src/log/archive/archive.ts';
import { closeSegments } from '../../src/log/archive/close-segments.ts';
import { openStore, type ArchiveStore } from '../../src/log/archive/store.ts';
import { readEvent } from '../../src/log/read.ts';
import { redact } from '../../src/log/redact.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { farFuture } from '../support/archive.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendPlain } from '../support/log.ts';
import { startS3Server, type S3Server } from '../support/s3-server.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';

let database: TestDatabase;
let server: S3Server;
let store: ArchiveStore;
beforeEach(async () => {
  [database, server] = [await createTestDatabase(), await startS3Server()];
  vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  store = openStore(`s3://archive/coin log?endpoint=${server.endpoint}`);
});
afterEach(async () => {
  await expectRebuildEqualsLive(database, createArchive(store));
  vi.unstubAllEnvs();
  await store.close();
  await server.close();
  await database.close();
});

const now = () => new Date();
const close = () =>
  closeSegments({ sql: database.sql, owner: database.owner, store, holder: 'test', now }, farFuture);
const verify = () => verifyLog(database.sql, { archive: createArchive(store) });

it('a log is archived to S3, read, verified and redacted there', async () => {
  await appendPlain(database, 'b.b', 5);
  const before = await readEvent(database.sql, 'b.b', 3, createArchive(null));
  await close();
  expect([...server.objects.keys()]).toEqual(['archive/coin log/b.b/000000000001-000000000005.zst']);
  expect(await readEvent(database.sql, 'b.b', 3, createArchive(store))).toEqual(before);
  await redact(
    { sql: database.sql, owner: database.owner, archive: createArchive(store), holder: 'test', now },
    { stream: 'b.b', version: 3, reason: 'test' },
  );
  expect([...server.objects.keys()]).toEqual([
    expect.stringMatching(/^archive\/coin log\/b\.b\/000000000001-000000000005-[0-9a-f]{8}\.zst$/),
  ]);
  expect(await verify()).toMatchObject({ ok: true, events: 6 });
});

it('nothing leaves the database while the storage does not take it', async () => {
  await appendPlain(database, 'b.b', 5);
  server.failNext(1_000);
  await expect(close()).rejects.toMatchObject({ code: 'ARCHIVE_UNREACHABLE' });
  expect(await database.sql`select count(*) as rows from log.event`).toEqual([{ rows: 5 }]);
  server.failNext(0);
  expect(await close()).toHaveLength(1);
  expect(await verify()).toMatchObject({ ok: true, events: 5 });
});
