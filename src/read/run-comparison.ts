import type { RunCoins } from './run-records.ts';

/** How a source coin's price went from one run to another, in US dollars as text. */
export interface PriceMove {
  sourceCoinId: string;
  from: string;
  to: string;
  percent: number;
}

export interface CoinsCompared {
  /** Source coins that only the other run was told of. */
  added: string[];
  /** Source coins that only the base run was told of. */
  lost: string[];
  /** The largest first. */
  moves: PriceMove[];
}

function moveOf(sourceCoinId: string, from: string | null, to: string | null): PriceMove[] {
  if (from === null || to === null || Number(from) === 0) return [];
  const percent = (Number(to) / Number(from) - 1) * 100;
  return percent === 0 || !Number.isFinite(percent) ? [] : [{ sourceCoinId, from, to, percent }];
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Pure: what became of the coins between two runs of one feed. */
export function compareCoinsOf(base: RunCoins, other: RunCoins, movesMax: number): CoinsCompared {
  const missingIn = (from: RunCoins, { prices }: RunCoins): string[] =>
    [...from.prices.keys()].filter((id) => !prices.has(id)).sort(compareText);
  const moves = [...base.prices].flatMap(([id, from]) => moveOf(id, from, other.prices.get(id) ?? null));
  return {
    added: missingIn(other, base),
    lost: missingIn(base, other),
    moves: moves
      .sort(
        (a, b) => Math.abs(b.percent) - Math.abs(a.percent) || compareText(a.sourceCoinId, b.sourceCoinId),
      )
      .slice(0, movesMax),
  };
}
