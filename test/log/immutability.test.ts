import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transaction } from '../../src/database/client.ts';
import { append } from '../../src/log/append.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendPlain, plainEvent } from '../support/log.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';

const tables = ['event', '"event:kept"', '"event:kept:1"', 'event_key', 'stream', 'segment'];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await appendPlain(database, 'kept', 3);
  // Something for row triggers to stand before.
  await database.owner`
    insert into log.segment values ('gone', 1, 2, '\\x00', '\\x01', 10, now(), 'gone-1-2', 10, '\\x02', now())`;
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const refused = { code: expect.stringMatching(/^(42501|22023)$/) };
const triggerRefused = { code: '42501', message: expect.stringMatching(/append-only/) };
class Undo extends Error {}

/** Runs statements as a superuser who has taken a role, and undoes them. */
async function asOwner(role: string | null, run: (tx: Transaction) => Promise<unknown>): Promise<void> {
  await database.owner
    .begin(async (tx) => {
      if (role !== null) await tx`set local role ${tx(role)}`;
      await run(tx);
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
}

const writesTo = (table: string): string[] => [
  `update log.${table} set stream = stream`,
  `delete from log.${table}`,
  `truncate log.${table}`,
  `insert into log.${table} select * from log.${table}`,
  `select 1 from log.${table} for update`,
  `lock table log.${table} in exclusive mode`,
  `drop table log.${table} cascade`,
  `alter table log.${table} add column more text`,
  `alter table log.${table} disable trigger all`,
  `create trigger extra before insert on log.${table} for each row execute function log.refuse_change()`,
  `alter table log.${table} owner to current_user`,
];

const ways = [
  `drop schema log cascade`,
  `create table log.more ()`,
  `create function log.more() returns void language sql as ''`,
  `create or replace function log.append(p_stream text, p_expected_head bigint, p_events jsonb, p_payloads bytea)
    returns jsonb language sql as 'select null::jsonb'`,
  `drop function log.append`,
  `drop trigger append_only on log.event`,
  `alter table log.event detach partition log."event:kept"`,
  `set session_replication_role = replica`,
  `set role coinlog_log`,
  `set role coinlog_owner`,
  `set session authorization coinlog_owner`,
  `grant coinlog_log to current_user`,
  `alter role coinlog_log login`,
];
/** A call of each function, whatever its parameters are; triggers cannot be called, and log.microseconds only counts. */
const callsOfTheLog = () => database.owner<{ name: string; statement: string }[]>`
  select proname as name, format('select log.%I(%s)', proname,
    (select string_agg('null::' || format_type(type, null), ', ') from unnest(proargtypes) as type)) as statement
  from pg_proc where pronamespace = 'log'::regnamespace and prorettype <> 'trigger'::regtype
    and proname not in ('append', 'microseconds')`;

const attempts = [...tables.flatMap(writesTo), ...ways];

// The cluster is the embedded server of this suite: what a user runs without a DATABASE_URL.
describe.each([
  ['the application, coinlog_app', 'coinlog_app'],
  ['the login it comes in with, coinlog', 'none'],
  ['the projector, coinlog_projector', 'coinlog_projector'],
])('on the embedded server, %s', (_, role) => {
  it.each(attempts)('is refused by the database: %s', async (statement) => {
    const attempt = database.sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      await tx.unsafe(statement);
    });
    await expect(attempt).rejects.toMatchObject(refused);
  });

  it('is refused every function of the log that could write, but log.append', async () => {
    const calls = await callsOfTheLog();
    const names = calls.map(({ name }) => name);
    for (const name of [
      'redact',
      'import',
      'put',
      'ensure_partition',
      'begin_cut',
      'finish_cut',
      'replace_file',
    ])
      expect(names).toContain(name);
    for (const { statement } of calls) {
      const attempt = database.sql.begin(async (tx) => {
        await tx.unsafe(`set local role ${role}`);
        await tx.unsafe(statement);
      });
      await expect(attempt, statement).rejects.toMatchObject({
        code: '42501',
        message: expect.stringMatching(/for function/),
      });
    }
  });
});

describe('on the embedded server, the superuser', () => {
  const statements = [
    ...tables
      .filter((table) => table !== 'stream')
      .flatMap((table) => [
        `update log.${table} set stream = stream`,
        `delete from log.${table}`,
        `truncate log.${table}`,
      ]),
    `update log.event set payload = null`,
    `delete from log.stream`,
    `truncate log.stream`,
  ];
  it.each(statements)('is stopped by a trigger: %s', async (statement) => {
    await expect(asOwner(null, (tx) => tx.unsafe(statement))).rejects.toMatchObject(triggerRefused);
  });
});

describe('on the embedded server, the owner of the log, which cannot log in,', () => {
  const column: [string, string][] = [
    ['stream', `'other'`],
    ['version', 'version + 100'],
    ['event_id', 'gen_random_uuid()'],
    ['type', `'run.started'`],
    ['schema_version', '2'],
    ['run_id', 'null'],
    ['received_at', `received_at + interval '1 ms'`],
    ['recorded_at', `recorded_at + interval '1 ms'`],
    ['metadata', `metadata || '{"more": 1}'`],
    ['payload_bytes', '0'],
    ['sha256', `'\\x00'`],
    ['chain_hash', `'\\x00'`],
  ];
  const update = (set: string) => `update log.event set ${set} where stream = 'kept' and version = 1`;
  const owner = (...statements: string[]) =>
    asOwner('coinlog_log', async (tx) => {
      for (const statement of statements) await tx.unsafe(statement);
    });

  it('can take a payload away, as a redaction does', async () => {
    await expect(owner(update('payload = null'))).resolves.toBeUndefined();
  });

  it.each(column)('cannot change the %s with it', async (name, value) => {
    await expect(owner(update(`payload = null, ${name} = ${value}`))).rejects.toMatchObject(triggerRefused);
    await expect(owner(update(`${name} = ${value}`))).rejects.toMatchObject(triggerRefused);
  });

  it('tries every column of an event', async () => {
    const rows = await database.owner<{ name: string }[]>`
      select attname as name from pg_attribute where attrelid = 'log.event'::regclass and attnum > 0`;
    expect(rows.map((row) => row.name).sort()).toEqual([...column.map(([name]) => name), 'payload'].sort());
  });

  it('cannot put another payload in its place, nor one back', async () => {
    await expect(owner(update(`payload = '\\x00'`))).rejects.toMatchObject(triggerRefused);
    const back = owner(update('payload = null'), update(`payload = '\\x00'`));
    await expect(back).rejects.toMatchObject(triggerRefused);
  });

  it('cannot remove an event or a key', async () => {
    await expect(owner(`delete from log.event where version = 1`)).rejects.toMatchObject(triggerRefused);
    await expect(owner(`delete from log.event_key`)).rejects.toMatchObject(triggerRefused);
  });

  it('can name a new file for a segment, and nothing else of it', async () => {
    await expect(owner(`update log.segment set file = 'other'`)).resolves.toBeUndefined();
    const change = owner(`update log.segment set file = 'other', last_version = 1`);
    await expect(change).rejects.toMatchObject(triggerRefused);
  });
});

describe('on the embedded server, no role that a login can take, the superuser apart,', () => {
  it('may write to any table of the log, its partitions too', async () => {
    await append(database.sql, 'other', [plainEvent('other')]);
    const rows = await database.owner`
      select role.rolname, class.relname
      from pg_roles role
      cross join pg_class class
      where class.relnamespace = 'log'::regnamespace and class.relkind in ('r', 'p') and not role.rolsuper
        and exists (select from pg_roles login where login.rolcanlogin and not login.rolsuper
          and (login.oid = role.oid or pg_has_role(login.oid, role.oid, 'SET')))
        and (has_table_privilege(role.oid, class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')
          or has_any_column_privilege(role.oid, class.oid, 'INSERT, UPDATE, REFERENCES'))`;
    expect(rows).toEqual([]);
    // It did look at them.
    const looked = await database.owner`
      select from pg_roles role, pg_class class where role.rolname in ('coinlog', 'coinlog_app', 'coinlog_projector')
        and class.relnamespace = 'log'::regnamespace and class.relname in ('event:kept:1', 'event:other:1', 'segment')`;
    expect(looked).toHaveLength(9);
  });

  it('may call any function that runs with the rights of the owner but log.append', async () => {
    const rows = await database.owner`
      select distinct function.proname from pg_roles login, pg_roles role, pg_proc function
      where login.rolcanlogin and not login.rolsuper and not role.rolsuper
        and (login.oid = role.oid or pg_has_role(login.oid, role.oid, 'SET'))
        and function.pronamespace = 'log'::regnamespace and function.prosecdef
        and has_function_privilege(role.oid, function.oid, 'EXECUTE')`;
    expect(rows).toEqual([{ proname: 'append' }]);
  });
});
