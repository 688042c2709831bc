import type { Queryable } from '../../database/client.ts';
import { readLag } from '../lag.ts';

/** What the read model holds, and how far it is behind the log. */
export interface ReadModelState {
  version: number;
  lagEvents: number;
  /** When the oldest event that is not folded was recorded, or null. */
  lagSince: Date | null;
  deadLetters: number;
  /** Folded into it, of all streams. */
  events: number;
  snapshots: number;
  coins: number;
  rebuiltAt: Date | null;
  foldDigest: string;
}

type Counts = Pick<ReadModelState, 'events' | 'snapshots' | 'coins' | 'rebuiltAt' | 'foldDigest'>;

/** Counts come from small tables: one row per stream, source and coin. */
export async function readReadModel(sql: Queryable): Promise<ReadModelState> {
  const lag = await readLag(sql);
  const [counts] = await sql<Counts[]>`
    select rebuilt_at, fold_digest,
      (select coalesce(sum(version), 0)::bigint from read.checkpoint) as events,
      (select coalesce(sum(snapshots), 0)::bigint from read.source) as snapshots,
      (select count(*) from read.coin) as coins
    from read.read_model`;
  return {
    version: lag.version,
    lagEvents: lag.events,
    lagSince: lag.since,
    deadLetters: lag.deadLetters,
    ...(counts ?? { events: 0, snapshots: 0, coins: 0, rebuiltAt: null, foldDigest: '' }),
  };
}

/** How old the oldest event is that is not folded, in seconds; 0 when there is none. */
export const lagSecondsOf = (since: Date | null, now: Date): number =>
  since === null ? 0 : Math.max(0, (now.getTime() - since.getTime()) / 1000);
