import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/client.ts';
import { removeEmbedded, startEmbedded, type EmbeddedServer } from '../../src/database/embedded/server.ts';
import { checkSchema, migrate } from '../../src/database/migrate.ts';
import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import { createProjector } from '../../src/projector/projector.ts';
import { readHeads } from '../../src/log/read.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { testFolds } from '../support/project.ts';

// A cluster of its own, on which no migration has made the roles yet.
let folder: string;
let server: EmbeddedServer;
const open: Sql[] = [];
const as = (user: string, role: 'coinlog_app' | null): Sql => {
  const sql = connect({ ...server.owner, user, database: 'managed' }, { max: 4, name: 'test', role });
  open.push(sql);
  return sql;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-migrate-'));
  await chmod(folder, 0o755);
  server = await startEmbedded({ dataDir: join(folder, 'data'), settings: { fsync: 'off' } });
  const admin = connect(server.owner, { max: 1, name: 'test', role: null });
  await admin`create role migrator login createrole`;
  await admin`create role service login`;
  await admin`create database managed owner migrator`;
  await admin.end();
});
afterAll(async () => {
  await Promise.all(open.map((sql) => sql.end({ timeout: 5 })));
  await server.close();
  await removeEmbedded(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
});

describe('migrations on a managed server, where nobody is a superuser', () => {
  it('an empty database is refused with the command to run', async () => {
    await expect(checkSchema(as('migrator', null))).rejects.toMatchObject({
      code: 'SCHEMA_OUTDATED',
      message: expect.stringContaining('coinlog migrate'),
    });
  });

  it('run once, whoever starts at the same moment, and find nothing more to do', async () => {
    const results = await Promise.all([migrate(as('migrator', null)), migrate(as('migrator', null))]);
    expect(results.map(({ applied }) => applied).sort((a, b) => a - b)).toEqual([0, expect.any(Number)]);
    expect(await migrate(as('migrator', null))).toEqual({ applied: 0 });
  });

  it('a login that was granted coinlog_app appends, projects and changes no event', async () => {
    await as('migrator', null)`grant coinlog_app to service`;
    const sql = as('service', 'coinlog_app');
    await checkSchema(sql);
    const event = {
      id: deriveId('a'),
      type: 'page.fetched',
      schemaVersion: 1,
      runId: null,
      receivedAt: new Date(),
      metadata: {},
      payload: new Uint8Array(),
    };
    expect((await append(sql, 'operator', [event])).kind).toBe('appended');
    const projector = createProjector({ ...testFolds, sql, holder: 'managed', log: silentLogger });
    await projector.catchUpTo(await readHeads(sql));
    await projector.close();
    expect(await sql`select version from read.checkpoint`).toEqual([{ version: 1 }]);
    await expect(sql`delete from log.event`).rejects.toThrow(/permission denied/);
  });

  it('a schema that a newer program made is refused, by the program and by its migrations', async () => {
    const owner = as('migrator', null);
    await owner`insert into control.migration (hash, created_at) values ('future', 99999999999999)`;
    await expect(checkSchema(owner)).rejects.toMatchObject({ code: 'SCHEMA_NEWER' });
    await expect(migrate(owner)).rejects.toMatchObject({
      code: 'SCHEMA_NEWER',
      message: expect.stringContaining('newer'),
    });
  });
});
