import postgres from 'postgres';
import { CoinlogError, messageOf } from '../errors.ts';

export type Sql = postgres.Sql<{ bigint: number }>;
export type Transaction = postgres.TransactionSql<{ bigint: number }>;
/** Whatever can run a statement: the pool or a transaction. */
export type Queryable = Sql | Transaction;
/** A piece of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

export interface ConnectionOptions {
  host?: string;
  port?: number;
  path?: string;
  user?: string;
  database?: string;
}

/** A URL, or the options of the embedded server. */
export type Target = string | ConnectionOptions;

export interface ClientOptions {
  /** The most connections at once. */
  max: number;
  /** Shown in `pg_stat_activity`. */
  name: string;
  /** The role every session takes. Null: that of the login, for migrations. */
  role: 'coinlog_app' | null;
  readOnly?: boolean;
  /** For statements that have one good plan whatever their values: it is made once, and not for each set of them. */
  planOnce?: boolean;
}

/**
 * bigint comes back as a number: versions, counts and bytes all stay below 2^53, and the parser throws beyond it.
 * numeric stays text, so that no price passes through a double on its way.
 */
const bigint = {
  to: 20,
  from: [20],
  serialize: (value: number) => String(value),
  parse: (text: string) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond 2^53`);
    return value;
  },
};

export function connect(target: Target, options: ClientOptions): Sql {
  const settings = {
    max: options.max,
    // Seconds. A database that is down must fail a request quickly; a pool reconnects by itself.
    connect_timeout: 5,
    idle_timeout: 60,
    // Seconds between attempts to reconnect: by default it grows to 20, and a database that is back is not noticed.
    backoff: (attempts: number) => Math.min(1, 0.1 * 2 ** attempts),
    onnotice: () => undefined,
    types: { bigint },
    // `market_cap` arrives as `marketCap`. Not for migrations: drizzle's migrator reads its own columns by name.
    ...(options.role ? { transform: { column: { from: postgres.toCamel } } } : {}),
    connection: {
      application_name: options.name,
      TimeZone: 'UTC',
      ...(options.role ? { role: options.role } : {}),
      // Milliseconds: what a reader asks takes a few; a question that takes longer holds up everybody else.
      ...(options.readOnly ? { default_transaction_read_only: true, statement_timeout: 10_000 } : {}),
      // A limit that is a value is guessed to be a tenth of the table, and each page was planned anew: 36 of its 100 us.
      ...(options.planOnce ? { plan_cache_mode: 'force_generic_plan' } : {}),
    },
  };
  return typeof target === 'string' ? postgres(target, settings) : postgres({ ...target, ...settings });
}

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  '57P01',
  '57P02',
  '57P03',
]);

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;

const syscallOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'syscall' in error ? String(error.syscall) : null;

/** True when the database cannot be reached now: worth a retry, and a 503 for whoever waits. */
export const isUnreachable = (error: unknown): boolean => {
  const syscall = syscallOf(error);
  // ENOENT of a file that was to be opened is somebody else's.
  return (
    unreachableCodes.has(codeOf(error) ?? '') &&
    (syscall === null || /^(connect|read|write|getaddrinfo)$/.test(syscall))
  );
};

/** Asks for a first answer, and says in one line what is wrong when there is none. */
export async function ensureReachable(sql: Sql, what: string): Promise<void> {
  try {
    await sql`select 1`;
  } catch (error) {
    const code = codeOf(error);
    if (isUnreachable(error))
      throw new CoinlogError(
        'DATABASE_UNREACHABLE',
        `Cannot reach the database (${what}): ${messageOf(error)}. Start it, or correct DATABASE_URL; unset it for the embedded one.`,
        { cause: error },
      );
    if (code === '22023' || code === '42501' || code === '28000')
      throw new CoinlogError(
        'DATABASE_ROLE_MISSING',
        `The login of ${what} cannot become coinlog_app: ${messageOf(error)}. Run "coinlog migrate" with DATABASE_OWNER_URL, then "grant coinlog_app to <login>".`,
        { cause: error },
      );
    throw new CoinlogError('DATABASE_UNREACHABLE', `The database (${what}) refused: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
