import type { Queryable } from '../../database/client.ts';
import { CoinlogError } from '../../errors.ts';
import type { Read } from '../../read/graphql/page.ts';
import { readError, type OpenReadSession, type ReadSessions } from '../../read/session.ts';

/** What is read from one snapshot of the read model, which is opened by the first read. */
interface Snapshot {
  /** Throws what the first statement that failed threw: nothing more can be read in its transaction. */
  read: Read;
  /** What the answer is labelled with. */
  version(): Promise<number>;
  /** Waits for what is still being read. Then nothing more can be. */
  close(): Promise<void>;
}

/** Everything one request reads: from one snapshot, unless something is changed meanwhile. */
export interface Reads extends Snapshot {
  /** Closes the snapshot; what is read from here on is from a later one. */
  renew(): Promise<void>;
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** No text of ours has the character that PostgreSQL refuses (U+0000): somebody asked for one that has. */
const meaningOf = (error: unknown): unknown =>
  codeOf(error) === '22021'
    ? new CoinlogError('USAGE', 'A text has a character that no text in the database can have.')
    : readError(error);

function createSnapshot(sessions: ReadSessions): Snapshot {
  const running = new Set<Promise<unknown>>();
  let opening: Promise<OpenReadSession> | null = null;
  let failure: { error: unknown } | null = null;
  let closed = false;

  async function run<T>(query: (sql: Queryable) => Promise<T>): Promise<T> {
    const session = await (opening ??= sessions.open());
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
    version: () => track(async () => (await (opening ??= sessions.open())).version),
    async close() {
      closed = true;
      // An answer can be complete while a field is still read whose sibling has failed.
      await Promise.allSettled(running);
      const session = await opening?.catch(() => null);
      await session?.close();
    },
  };
}

export function createReads(sessions: ReadSessions): Reads {
  let current = createSnapshot(sessions);
  return {
    read: (query) => current.read(query),
    version: () => current.version(),
    close: () => current.close(),
    async renew() {
      const last = current;
      current = createSnapshot(sessions);
      await last.close();
    },
  };
}
