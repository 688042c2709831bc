import type { Queryable } from '../../database/client.ts';
import { CoinlogError } from '../../errors.ts';
import type { Read, Readers } from '../../read/graphql/page.ts';
import { readError } from '../../read/read-error.ts';
import { within } from '../../read/within.ts';
import type { ReadSessions, SteadyReads } from '../../read/session.ts';
import type { ReadVersion } from '../../read/versions.ts';

/** What is read of one version of the read model, which is asked for by the first read. */
interface View {
  /** Throws what the first statement that failed threw: nothing more can be read in its transaction. */
  read: Read;
  /** The same for a statement that is short whatever is asked: a look-up by keys, or the next rows of an index. */
  readShort: Read;
  /** What the answer is labelled with. */
  version(): Promise<number>;
  /** Waits for what is still being read. Then nothing more can be. */
  close(): Promise<void>;
}

/** Everything one request reads: of one version, unless something is changed meanwhile. */
export interface Reads extends View {
  /** Closes what is open; what is read from here on is from a later snapshot. */
  renew(): Promise<void>;
  /**
   * What follows must be of one version while it is read, and not only turn out to have been: it is remembered, or
   * compared with other versions. Throws where that is not so, and the request is read once more from a snapshot.
   */
  hold(): void;
  /** Once all is read and closed: whether it is of one version. If not, it must be read anew. */
  isWhole(): Promise<boolean>;
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** No text of ours has the character that PostgreSQL refuses (U+0000): somebody asked for one that has. */
const meaningOf = (error: unknown): unknown =>
  codeOf(error) === '22021'
    ? new CoinlogError('USAGE', 'A text has a character that no text in the database can have.')
    : readError(error);

// Some thousand times as long as one takes. On a connection whose other end has gone nothing else would end it for minutes.
const shortLimitMs = 3_000;

// Two pages. Aliases of one field may gather twenty of them.
const shortKeysMax = 500;

/** Reads by keys, which is short as long as they are not very many. */
export const lookUp = <T>(
  { read, readShort }: Readers,
  keys: readonly unknown[],
  query: (sql: Queryable) => Promise<T>,
): Promise<T> => (keys.length > shortKeysMax ? read : readShort)(query);

/** What statements are run by. */
interface Opened {
  version: number;
  shared: () => Queryable | Promise<Queryable>;
  own: () => Queryable | Promise<Queryable>;
  close(): void | Promise<void>;
}

function createView(open: () => Promise<Opened>): View {
  let opening: Promise<Opened> | null = null;
  let known: Opened | null = null;
  let failure: { error: unknown } | null = null;
  let running = 0;
  let closed = false;
  const drained = Promise.withResolvers<void>();

  async function run<T>(task: (opened: Opened) => T | Promise<T>): Promise<T> {
    if (closed) throw new Error('read after the answer was complete');
    running += 1;
    try {
      known ??= await (opening ??= open());
      return await task(known);
    } finally {
      running -= 1;
      if (closed && running === 0) drained.resolve();
    }
  }

  async function ask<T>(
    query: (sql: Queryable) => Promise<T>,
    by: () => Queryable | Promise<Queryable>,
  ): Promise<T> {
    if (failure) throw failure.error;
    try {
      return await query(await by());
    } catch (error) {
      failure ??= { error: meaningOf(error) };
      throw failure.error;
    }
  }

  /** Its failure is told to whoever waits for it, if anybody still does. */
  function start<T>(task: (opened: Opened) => T | Promise<T>): Promise<T> {
    const started = run(task);
    started.catch(() => undefined);
    return started;
  }

  return {
    read: (query) => start((opened) => ask(query, opened.own)),
    readShort: (query) => start((opened) => within(shortLimitMs, ask(query, opened.shared))),
    version: () => (known && !closed ? Promise.resolve(known.version) : start(({ version }) => version)),
    async close() {
      closed = true;
      // An answer can be complete while a field is still read whose sibling has failed.
      if (running > 0) await drained.promise;
      const opened = known ?? (await opening?.catch(() => null));
      await opened?.close();
    },
  };
}

/** From a snapshot, which holds for as long as it takes. */
export function createReads(sessions: ReadSessions): Reads {
  async function open(): Promise<Opened> {
    const session = await sessions.open();
    const own = () => session.sql;
    return { ...session, shared: own, own };
  }
  let current = createView(open);
  return {
    read: (query) => current.read(query),
    readShort: (query) => current.readShort(query),
    version: () => current.version(),
    close: () => current.close(),
    hold: () => undefined,
    isWhole: async () => true,
    async renew() {
      const last = current;
      current = createView(open);
      await last.close();
    },
  };
}

/** Without a snapshot, for as long as nothing needs one; see `SteadyReads`. Once renewed it is from snapshots. */
export function createSteadyReads(sessions: ReadSessions, seen: ReadVersion | null): Reads {
  let opened: SteadyReads | null = null;
  let held = false;
  const steady = createView(async () => (opened = await sessions.openSteady(seen ?? undefined)));
  let later: Reads | null = null;
  return {
    read: (query) => (later ?? steady).read(query),
    readShort: (query) => (later ?? steady).readShort(query),
    version: () => (later ?? steady).version(),
    close: () => (later ?? steady).close(),
    hold() {
      if (later) return;
      held = true;
      throw new Error('this must be read from a snapshot');
    },
    async isWhole() {
      if (later) return true;
      if (held) return false;
      // A database that went away at the last moment is told of by reading anew.
      return opened === null || opened.isWhole().catch(() => false);
    },
    async renew() {
      if (later) return later.renew();
      later = createReads(sessions);
      await steady.close();
    },
  };
}
