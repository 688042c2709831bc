import type { Sql } from '../database/client.ts';
import { readLogEpoch } from './log-epoch.ts';
import { readError } from './read-error.ts';
import { within } from './within.ts';

/** What tells two states of the read model apart, of this log or of another one. */
export interface ReadVersion {
  /** Versions begin anew with it. Empty while the log is. */
  epoch: string;
  version: number;
}

export interface VersionReader {
  /**
   * The version now: of a read that begins after this call, or that was told that none can be raised until after it, so
   * that whoever asks after a commit was visible is told of it. One read at a time; all who come while it runs share the
   * next one.
   */
  read(): Promise<ReadVersion>;
  /**
   * The version of a moment ago, for free, or null. For who asks again when all is read: what has not moved since is the
   * version now. Not for who is answered from what was kept.
   */
  recent(): ReadVersion | null;
}

const readLimitMs = 3_000;
// Short beside the time between two commits: what was read for a version that has moved is read for nothing.
const recentMs = 50;
// Half of what a commit is announced ahead (drizzle/0006), so that two clocks need not agree on more than that.
const quietMs = 8;
// What is left when it is read again, while all are still answered: nobody waits for that.
const renewMs = 4;

/** `sql`: a pool of one, so that no slow question is in the way, and answers come in the order that they were asked in. */
export function createVersionReader(sql: Sql): VersionReader {
  let last: ReadVersion = { epoch: '', version: -1 };
  /** How often it was seen to go back: what is kept of a version is of no use once another history has come to it. */
  let restored = 0;
  let lastAtMs = -Infinity;
  /** Until then `last` is the version now. */
  let quietUntilMs = -Infinity;
  let running: Promise<ReadVersion> | null = null;
  let next: Promise<ReadVersion> | null = null;
  let together: Promise<ReadVersion> | null = null;

  async function ask(): Promise<ReadVersion> {
    try {
      const sentAtMs = performance.now();
      const [row] = await sql<
        { version: number; isQuiet: boolean }[]
      >`select version, is_quiet from control.read_version()`;
      const version = row?.version ?? 0;
      // It never changes once the log has one. A version that goes back is another database under the same address, or this
      // one restored, whose log has the same epoch.
      const known = version === last.version || (last.epoch !== '' && version > last.version);
      if (version < last.version) restored += 1;
      const epoch = known ? last.epoch : `${await readLogEpoch(sql)}${restored > 0 ? `.${restored}` : ''}`;
      last = { epoch, version };
      lastAtMs = performance.now();
      quietUntilMs = row?.isQuiet ? sentAtMs + quietMs : -Infinity;
      return last;
    } catch (error) {
      throw readError(error);
    }
  }

  function start(): Promise<ReadVersion> {
    const started = within(readLimitMs, ask()).finally(() => {
      if (running === started) running = null;
    });
    running = started;
    return started;
  }

  /** Of a read that begins after this call. */
  function readAnew(): Promise<ReadVersion> {
    if (next) return next;
    if (!running) return start();
    // Where that one fails, who waits has waited long enough: a second time limit on top would be too late for them.
    next = running.finally(() => (next = null)).then(start);
    return next;
  }

  /** Those who come in one turn of the loop go on together: so their answers are written together, which wakes a client once. */
  function tellTogether(): Promise<ReadVersion> {
    together ??= new Promise((resolve) =>
      setImmediate(() => {
        together = null;
        resolve(last);
      }),
    );
    return together;
  }

  return {
    recent: () => (performance.now() - lastAtMs < recentMs ? last : null),
    read() {
      const leftMs = quietUntilMs - performance.now();
      if (leftMs <= 0) return readAnew();
      // Should it fail, whoever needs the next one is told.
      if (leftMs <= renewMs && !running) start().catch(() => undefined);
      return tellTogether();
    },
  };
}
