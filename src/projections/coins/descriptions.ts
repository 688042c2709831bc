import type { CoinRecord, QuoteValues } from '../../sources/record.ts';
import type { RecordCells } from '../records/lines.ts';

interface Said {
  index: number;
  cells: RecordCells;
  observedAt: Date;
}

/** Who the coins of one event are: of each the record with the newest observation, and of two of those the later one. */
export interface Descriptions {
  take(record: CoinRecord, cells: RecordCells, quotes: readonly QuoteValues[]): void;
  sourceCoinIds(): string[];
  /** A line for each coin, with its end: id, observed at, record index, symbol, name and image. */
  lines(): string;
}

const newest = (quotes: readonly QuoteValues[]): Date =>
  new Date(Math.max(...quotes.map(({ observedAt }) => observedAt.getTime())));

export function createDescriptions(): Descriptions {
  const byCoin = new Map<string, Said>();
  return {
    take(record, cells, quotes) {
      const observedAt = newest(quotes);
      const known = byCoin.get(record.sourceCoinId);
      if (known === undefined || observedAt >= known.observedAt)
        byCoin.set(record.sourceCoinId, { index: record.index, cells, observedAt });
    },
    sourceCoinIds: () => [...byCoin.keys()],
    lines() {
      let lines = '';
      for (const { index, cells, observedAt } of byCoin.values())
        lines += `${cells.sourceCoinId}\t${observedAt.toISOString()}\t${index}\t${cells.symbolAndName}\t${cells.image}\n`;
      return lines;
    },
  };
}
