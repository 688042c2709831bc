import { CoinlogError } from '../errors.ts';
import { connect, ensureReachable, type Sql, type Target } from './client.ts';
import { startEmbedded } from './embedded/server.ts';
import { checkSchema, migrate } from './migrate.ts';

export interface DatabaseOptions {
  /** Null: the embedded server. */
  url: string | null;
  ownerUrl: string | null;
  /** Of the embedded server. */
  dataDir: string;
  log: (message: string) => void;
}

export interface ServerTarget {
  host: string;
  port?: number;
  user: string;
  database: string;
}

export interface Database {
  /** Writes as coinlog_app. */
  sql: Sql;
  /** Reads only, and cannot do otherwise. */
  readSql: Sql;
  /** Reads only, by few connections, for statements that are short whatever is asked: they are sent together. */
  sharedSql: Sql;
  /** Reads only, by one connection: for the read model's version, which no slow question must hold up. */
  versionSql: Sql;
  /**
   * Runs a task as the owner of the log's schema, for what the application may not do: archiving, importing, redacting.
   * Throws DATABASE_ROLE_MISSING when the login is not one.
   */
  asOwner<T>(task: (owner: Sql) => Promise<T>): Promise<T>;
  /** For psql. */
  target: string | ServerTarget;
  /** For people: where the data is. */
  where: string;
  close(): Promise<void>;
}

const writerConnections = 8;
const readerConnections = 10;
// With ten a page of coins took a quarter more: each statement was sent by itself, and woke a server process of its own.
const sharedConnections = 2;

/** Never a password: the host and the name are enough to know which one is meant. */
export function describeUrl(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}${port && `:${port}`}${pathname}`;
}

async function migrateWith(target: Target, what: string): Promise<{ applied: number }> {
  const owner = connect(target, { max: 2, name: 'coinlog migrate', role: null });
  try {
    await ensureReachable(owner, what);
    return await migrate(owner);
  } finally {
    await owner.end({ timeout: 5 });
  }
}

async function grantLogin(owner: Target, login: string): Promise<void> {
  const sql = connect(owner, { max: 1, name: 'coinlog migrate', role: null });
  try {
    await sql`grant coinlog_app to ${sql(login)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function pools(target: Target) {
  const reader = { name: 'coinlog read', role: 'coinlog_app', readOnly: true } as const;
  return {
    sql: connect(target, { max: writerConnections, name: 'coinlog', role: 'coinlog_app' }),
    readSql: connect(target, { ...reader, max: readerConnections }),
    sharedSql: connect(target, { ...reader, max: sharedConnections, planOnce: true }),
    versionSql: connect(target, { ...reader, max: 1 }),
  };
}

const ownsLog = async (sql: Sql): Promise<boolean> => {
  const [row] = await sql<
    { owns: boolean }[]
  >`select pg_has_role(current_user, 'coinlog_log', 'usage') as owns`;
  return row?.owns === true;
};

async function runAsOwner<T>(target: Target, what: string, task: (owner: Sql) => Promise<T>): Promise<T> {
  const owner = connect(target, { max: 2, name: 'coinlog owner', role: null });
  try {
    await ensureReachable(owner, what);
    if (!(await ownsLog(owner)))
      throw new CoinlogError(
        'DATABASE_ROLE_MISSING',
        `Only the owner of the log may do this, and the login of ${what} is not: set DATABASE_OWNER_URL to the login that "coinlog migrate" uses.`,
      );
    return await task(owner);
  } finally {
    await owner.end({ timeout: 5 });
  }
}

const endPools = (opened: ReturnType<typeof pools>): Promise<unknown> =>
  Promise.all(Object.values(opened).map((pool) => pool.end({ timeout: 5 })));

async function openEmbedded({ dataDir, log }: DatabaseOptions): Promise<Database> {
  const server = await startEmbedded({ dataDir, log });
  try {
    await migrateWith(server.owner, `embedded, ${dataDir}`);
    await grantLogin(server.owner, server.app.user);
  } catch (error) {
    await server.close();
    throw error;
  }
  const opened = pools(server.app);
  return {
    ...opened,
    asOwner: (task) => runAsOwner(server.owner, `embedded, ${dataDir}`, task),
    target: server.app,
    where: `embedded, ${dataDir}`,
    async close() {
      await endPools(opened);
      await server.close();
    },
  };
}

async function openServer(url: string, ownerUrl: string): Promise<Database> {
  const where = describeUrl(url);
  const opened = pools(url);
  try {
    await ensureReachable(opened.sql, where);
    await checkSchema(opened.sql);
  } catch (error) {
    await endPools(opened);
    throw error;
  }
  return {
    ...opened,
    asOwner: (task) => runAsOwner(ownerUrl, describeUrl(ownerUrl), task),
    target: url,
    where,
    close: async () => void (await endPools(opened)),
  };
}

/** Opens the database that is configured. The embedded one is started, or joined, and brought up to date. */
export const openDatabase = (options: DatabaseOptions): Promise<Database> =>
  options.url === null ? openEmbedded(options) : openServer(options.url, options.ownerUrl ?? options.url);

/** Brings the schema up to date, as the owner where one is named. */
export async function migrateDatabase(options: DatabaseOptions): Promise<{ applied: number }> {
  const url = options.ownerUrl ?? options.url;
  if (url !== null) return migrateWith(url, describeUrl(url));
  const server = await startEmbedded({ dataDir: options.dataDir, log: options.log });
  try {
    const result = await migrateWith(server.owner, `embedded, ${options.dataDir}`);
    await grantLogin(server.owner, server.app.user);
    return result;
  } finally {
    await server.close();
  }
}

/** What a failed statement means to whoever asked, when it means that the database is away. */
export const databaseAway = (cause: unknown): CoinlogError =>
  new CoinlogError(
    'DATABASE_UNREACHABLE',
    'The database cannot be reached just now. Try again in a moment.',
    { cause },
  );
