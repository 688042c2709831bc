import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { codeOf } from './errors.ts';
import { ownerRole } from './initialise.ts';

/** Everyone who uses the server holds this lock shared; who stops it holds it alone. */
const usersLock = 746_265_001;
/** Held while the database and the role are made. */
const setupLock = 746_265_002;
const relockAfterMs = 200;
const relockTimeoutMs = 2_000;
const releaseTimeoutMs = 5_000;

/** Our share in the server: one connection that holds the lock for as long as we, or the kernel for us, keep it. */
export interface Holder {
  /** Gives the share back. True when no one else has one: then the caller has the server to itself and may stop it. */
  release(): Promise<boolean>;
  end(): Promise<void>;
}

export type HoldResult =
  | { kind: 'held'; holder: Holder }
  /** Nothing listens. */
  | { kind: 'absent' }
  /** It is being stopped by the last of its users. */
  | { kind: 'stopping' }
  /** It lives but takes no connection now; `recovering` while it makes itself ready. */
  | { kind: 'busy'; recovering: boolean; reason: string }
  | { kind: 'refused'; reason: string };

/**
 * Tries once to get a share in the server behind a socket, with the database `coinlog` and the role `coinlog` made.
 * `revive` is called, time and again, while a server that we hold a share in cannot be reached.
 */
export async function hold(socketPath: string, revive: () => Promise<void>): Promise<HoldResult> {
  let state: 'opening' | 'held' | 'ending' = 'opening';
  const open = (): postgres.Sql => {
    const opened = connect(socketPath, () => {
      if (opened === sql && state === 'held') relock();
    });
    return opened;
  };
  let sql = open();
  // A server that lost all its connections in a crash of one backend lives on, but has forgotten our lock; one that
  // was killed is started again: who serves from it has nobody else to do so. One attempt at a time, and none is left
  // under way when the share is given back: it could start a server that nobody stops.
  let relocking: Promise<void> | null = null;
  let lost = false;
  const relockOnce = async (): Promise<boolean> => {
    const locked = sql`select pg_try_advisory_lock_shared(${usersLock})`.then(
      () => true,
      () => false,
    );
    const answer = await Promise.race([locked, sleep(relockTimeoutMs, null, { ref: false })]);
    if (answer !== null) return answer;
    // A statement of a connection that broke at the wrong moment is never answered, and nor is what waits behind it.
    const stuck = sql;
    sql = open();
    void stuck.end({ timeout: 0 });
    return false;
  };
  const relockUntilHeld = async (): Promise<void> => {
    while (state === 'held' && lost) {
      // Before asking: a connection that is lost again meanwhile is noticed by the next round.
      lost = false;
      if (await relockOnce()) continue;
      lost = true;
      await revive().catch(() => undefined);
      await sleep(relockAfterMs);
    }
  };
  const relock = (): void => {
    lost = true;
    relocking ??= relockUntilHeld().finally(() => {
      relocking = null;
      if (lost && state === 'held') relock();
    });
  };
  const end = (): Promise<void> => {
    state = 'ending';
    return sql.end({ timeout: 1 });
  };
  const release = async (): Promise<boolean> => {
    state = 'ending';
    await relocking;
    const alone = sql`select pg_advisory_unlock_all()`.then(
      () => sql<{ alone: boolean }[]>`select pg_try_advisory_lock(${usersLock}) as alone`,
    );
    // A server that does not answer is nobody's to stop.
    const rows = await Promise.race([alone, sleep(releaseTimeoutMs, [], { ref: false })]);
    return rows[0]?.alone === true;
  };
  try {
    const [row] = await sql<{ held: boolean }[]>`select pg_try_advisory_lock_shared(${usersLock}) as held`;
    if (row?.held !== true) {
      await end();
      return { kind: 'stopping' };
    }
    await makeDatabase(sql);
    state = 'held';
    return { kind: 'held', holder: { release, end } };
  } catch (error) {
    await end();
    return explain(error);
  }
}

function connect(path: string, onclose: () => void): postgres.Sql {
  return postgres({
    path,
    user: ownerRole,
    database: 'postgres',
    max: 1,
    ssl: false,
    // The lock lives as long as the connection.
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 5,
    // Seconds. The default grows to 20, and a share in a server that is gone could not be given back for as long.
    backoff: () => 0.1,
    prepare: false,
    fetch_types: false,
    connection: { application_name: 'coinlog share' },
    onnotice: () => {},
    onclose,
  });
}

async function makeDatabase(sql: postgres.Sql): Promise<void> {
  await sql`select pg_advisory_lock(${setupLock})`;
  const roles = await sql`select 1 from pg_roles where rolname = 'coinlog'`;
  if (roles.length === 0) await sql`create role coinlog login`;
  const databases = await sql`select 1 from pg_database where datname = 'coinlog'`;
  if (databases.length === 0) await sql`create database coinlog owner ${sql(ownerRole)}`;
  await sql`select pg_advisory_unlock(${setupLock})`;
}

/** What an error of the connection says about the server. */
export function explain(error: unknown): HoldResult {
  const reason = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return { kind: 'absent' };
    case '57P03': // cannot_connect_now
      return { kind: 'busy', recovering: /starting up|recovery|consistent/.test(reason), reason };
    case '57P01': // admin_shutdown
    case '57P02': // crash_shutdown
    case '53300': // too_many_connections
    case 'EAGAIN':
    case 'ECONNRESET':
    case 'EPIPE':
    case 'CONNECTION_CLOSED':
    case 'CONNECTION_DESTROYED':
    case 'CONNECT_TIMEOUT':
      return { kind: 'busy', recovering: false, reason };
    default:
      return { kind: 'refused', reason };
  }
}
