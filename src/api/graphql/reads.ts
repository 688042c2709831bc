import type { Queryable } from '../../database/client.ts';
import { CoinlogError } from '../../errors.ts';
import type { Read } from '../../read/graphql/page.ts';
import { readError } from '../../read/read-error.ts';
import type { OpenReadSession, ReadSessions, SteadyReads } from '../../read/session.ts';
import type { ReadVersion } from '../../read/versions.ts';

/** What is read of one version of the read model, which is asked for by the first read. */
interface View {
  /** Throws what the first statement that failed threw: nothing more can be read in its transaction. */
  read: Read;
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

function createView(openSession: () => Promise<OpenReadSession>): View {
  const running = new Set<Promise<unknown>>();
  let opening: Promise<OpenReadSession> | null = null;
  let failure: { error: unknown } | null = null;
  let closed = false;

  async function run<T>(query: (sql: Queryable) => Promise<T>): Promise<T> {
    const session = await (opening ??= openSession());
    if (failure) throw failure.error;
    try {
      return await query(session.sql);
    } catch (error) {
      failure ??= { error: meaningOf(error) };
      throw failure.error;
    }
  }

  function track<T>(start: () => Promise<T>): Promise<T> {
    if (closed) return Promise.reject(new Error('read after the answer was complete'));
    const promise = start();
    running.add(promise);
    promise.catch(() => undefined).finally(() => running.delete(promise));
    return promise;
  }

  return {
    read: (query) => track(() => run(query)),
    version: () => track(async () => (await (opening ??= openSession())).version),
    async close() {
      closed = true;
      // An answer can be complete while a field is still read whose sibling has failed.
      await Promise.allSettled(running);
      const session = await opening?.catch(() => null);
      await session?.close();
    },
  };
}

/** From a snapshot, which holds for as long as it takes. */
export function createReads(sessions: ReadSessions): Reads {
  let current = createView(() => sessions.open());
  return {
    read: (query) => current.read(query),
    version: () => current.version(),
    close: () => current.close(),
    hold: () => undefined,
    isWhole: async () => true,
    async renew() {
      const last = current;
      current = createView(() => sessions.open());
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
