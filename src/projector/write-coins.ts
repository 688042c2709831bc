import type { Transaction } from '../database/client.ts';
import { consensusOf, type ConsensusQuote } from '../identity/consensus.ts';
import {
  countMembers,
  deleteLeftCoins,
  readSharedCoins,
  readSharedQuotes,
  writeSharedCoins,
  writeSingleCoins,
} from '../projections/coins/consensus.ts';
import { decimalColumns } from '../projections/columns.ts';
import { decimalFields } from '../sources/record.ts';

// Coins whose quotes are in memory at once.
const coinsPerPart = 2_000;

type SharedQuote = ConsensusQuote & { coinId: string };

function consensusRow(coinId: string, quotes: readonly SharedQuote[]): Record<string, unknown> {
  const { values, method, spreadPercent, quotesUsed, quotesTotal, observedAt } = consensusOf(quotes);
  return {
    coin_id: coinId,
    ...Object.fromEntries(decimalFields.map((field) => [decimalColumns[field], values[field]])),
    rank: values.rank,
    method,
    spread_percent: spreadPercent,
    quotes_used: quotesUsed,
    quotes_total: quotesTotal,
    observed_at: observedAt,
  };
}

/**
 * Writes the coins noted in `changed_coin` anew, from links and latest quotes as they stand now. Most have one source
 * coin and are a matter of the database; what several share is agreed on here.
 */
export async function writeCoins(tx: Transaction): Promise<void> {
  await tx.unsafe([countMembers, deleteLeftCoins, writeSingleCoins].join(';\n'));
  let after = '';
  for (;;) {
    const coins = await tx.unsafe<{ coinId: string }[]>(readSharedCoins, [after, coinsPerPart]);
    const coinIds = coins.map(({ coinId }) => coinId);
    if (coinIds.length === 0) return;
    const quotes = await tx.unsafe<SharedQuote[]>(readSharedQuotes, [coinIds]);
    const byCoin = Map.groupBy(quotes, ({ coinId }) => coinId);
    const rows = coinIds.map((coinId) => consensusRow(coinId, byCoin.get(coinId) ?? []));
    await tx.unsafe(writeSharedCoins, [JSON.stringify(rows)]);
    after = coinIds.at(-1) ?? '';
  }
}
