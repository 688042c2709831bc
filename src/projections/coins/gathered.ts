import type { EventHeader } from '../../log/event.ts';
import { ownCoinId } from '../identity/own-coin-id.ts';
import { cell, copyTarget, valueOf, type Columns } from '../copy-target.ts';

interface Gathered {
  observedAt: string;
  stream: string;
  version: number;
  recordIndex: number;
  /** Symbol, name and image, as cells of a line. */
  said: string;
  /** Whose record spoke of it first. */
  first: string;
}

/**
 * Who the coins are, by everything that was written: the newest record's names win, and the first record stands for the
 * decision that a coin is its own. In memory, since a row in the database changed with every page took 1.6 s of a
 * rebuild's 10. Some 300 bytes a coin.
 */
export interface GatheredCoins {
  /** Takes an event that has been written, in the order of its stream. `lines`: as `Descriptions` makes them. */
  take(event: EventHeader, source: string, lines: string): void;
  /** A line of `describedCoins` for each, with its end. */
  lines(): Generator<string>;
}

export const describedColumns: Columns = [
  ['source', 'text'],
  ['source_coin_id', 'text'],
  ['coin_id', 'text'],
  ['symbol', 'text'],
  ['name', 'text'],
  ['image_url', 'text'],
  ['observed_at', 'timestamptz'],
  ['stream', 'text'],
  ['version', 'bigint'],
  ['record_index', 'int'],
  ['first_stream', 'text'],
  ['first_version', 'bigint'],
  ['first_at', 'timestamptz'],
];

export const describedCoins = copyTarget('described', describedColumns);

/** As the database orders what a source coin's row is decided by; times of one length sort as text. */
function isNewer(a: Gathered, b: Gathered): boolean {
  if (a.observedAt !== b.observedAt) return a.observedAt > b.observedAt;
  if (a.stream !== b.stream) return a.stream > b.stream;
  if (a.version !== b.version) return a.version > b.version;
  return a.recordIndex > b.recordIndex;
}

export function createGatheredCoins(): GatheredCoins {
  const bySource = new Map<string, Map<string, Gathered>>();

  function takeLine(
    known: Map<string, Gathered>,
    { stream, version, recordedAt }: EventHeader,
    line: string,
  ) {
    const [id = '', observedAt = '', index = '', ...said] = line.split('\t');
    const before = known.get(id);
    const now = {
      observedAt,
      stream,
      version,
      recordIndex: Number(index),
      said: said.join('\t'),
      first: before?.first ?? `${cell(stream)}\t${version}\t${recordedAt.toISOString()}`,
    };
    if (before === undefined || isNewer(now, before)) known.set(id, now);
  }

  return {
    take(event, source, lines) {
      const known = bySource.get(source) ?? new Map<string, Gathered>();
      bySource.set(source, known);
      for (const line of lines.split('\n')) if (line !== '') takeLine(known, event, line);
    },
    *lines() {
      for (const [source, known] of bySource)
        for (const [id, { said, observedAt, stream, version, recordIndex, first }] of known)
          yield `${source}\t${id}\t${ownCoinId(source, valueOf(id))}\t${said}\t${observedAt}\t${cell(stream)}\t${version}\t${recordIndex}\t${first}\n`;
    },
  };
}

/** The names of all source coins, where none were written with the batches. */
export const writeDescribedCoins = `
  insert into source_coin (source, source_coin_id, symbol, name, image_url, observed_at, stream, version, record_index,
    snapshots)
  select source, source_coin_id, symbol, name, image_url, observed_at, stream, version, record_index, 0 from described`;

/** The links of those that nobody has decided on. */
export const writeDescribedLinks = `
  insert into identity_link (source, source_coin_id, coin_id, method, authority, confidence_percent, evidence, stream,
    version, decided_at)
  select source, source_coin_id, coin_id, 'FIRST_SEEN', 0, 100, '{}'::jsonb, first_stream, first_version, first_at
  from described
  on conflict (source, source_coin_id) do nothing`;
