import { parseString } from 'fast-csv';
import { describe, expect, it } from 'vitest';
import { sandboxCsv } from './csv.ts';
import { createMarket } from './market.ts';

const moment = new Date('2026-03-01T00:00:00Z');
const market = createMarket({ seed: 1, coins: 2_000, speed: 1, startedAt: moment, clock: () => moment });

async function parse(text: string): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  const parsed: AsyncIterable<Record<string, string>> = parseString(text, {
    headers: true,
    strictColumnHandling: true,
  });
  for await (const row of parsed) rows.push(row);
  return rows;
}

describe('the simulated CSV file', () => {
  it('holds the 200 largest coins as they are, by rank', async () => {
    const rows = await parse(sandboxCsv(market, moment));
    const largest = market
      .coinsAt(moment)
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, 200);
    expect(rows.map((row) => [row['id'], row['symbol'], row['rank'], Number(row['price_usd'])])).toEqual(
      largest.map(({ slug, symbol, rank, priceUsd }) => [slug, symbol, String(rank), priceUsd]),
    );
    expect(rows.map((row) => row['last_updated'])).toEqual(
      largest.map(({ updatedAt }) => updatedAt.toISOString()),
    );
  });

  it('marks every row as simulated', async () => {
    const rows = await parse(sandboxCsv(market, moment));
    expect(new Set(rows.map((row) => row['coinlog_sandbox']))).toEqual(new Set(['1']));
  });

  it('quotes names with commas, quotes and blanks at the end', async () => {
    const small = createMarket({ seed: 1, coins: 95, speed: 1, startedAt: moment, clock: () => moment });
    const names = (await parse(sandboxCsv(small, moment))).map((row) => row['name']);
    expect(names).toHaveLength(95);
    expect(new Set(names)).toEqual(new Set(small.coinsAt(moment).map(({ name }) => name)));
  });
});
