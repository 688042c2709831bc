import type { Queryable } from '../../database/client.ts';
import { consensusOf } from '../../identity/consensus.ts';
import { compareCoins } from '../../identity/source-coin.ts';
import type { CoinRow } from '../graphql/coins.ts';
import type { Moment } from './moment.ts';
import { readPastQuotes, type PastQuoteRow } from './quotes.ts';

/** A coin as it stood at a moment. */
export interface PastCoinRow extends CoinRow {
  /** Who quoted it. */
  sources: readonly string[];
}

/** Pure: what a coin's quotes come to; whose name it bears is decided as for a live coin. */
function pastCoinOf(coinId: string, quotes: readonly PastQuoteRow[], imageUrl: string | null): PastCoinRow {
  const ordered = quotes.toSorted(
    (a, b) => Number(a.symbol === null) - Number(b.symbol === null) || compareCoins(a, b),
  );
  const consensus = consensusOf(quotes.map((quote) => ({ ...quote, currency: quote.quoteCurrency })));
  const sources = [...new Set(quotes.map(({ source }) => source))];
  return {
    coinId,
    symbol: ordered[0]?.symbol ?? null,
    name: ordered[0]?.name ?? coinId,
    imageUrl,
    ...consensus.values,
    linkedSources: sources.length,
    method: consensus.method,
    spreadPercent: consensus.spreadPercent === null ? null : String(consensus.spreadPercent),
    quotesUsed: consensus.quotesUsed,
    quotesTotal: consensus.quotesTotal,
    observedAt: consensus.observedAt,
    sources,
  };
}

/** Pictures are kept as they are now only. */
async function readImages(sql: Queryable, quotes: Iterable<PastQuoteRow[]>): Promise<Map<string, string>> {
  const all = [...quotes].flat();
  const rows = await sql<{ coinId: string; imageUrl: string }[]>`
    select distinct on (m.coin_id) m.coin_id, c.image_url
    from unnest(${all.map(({ source }) => source)}::text[],
      ${all.map(({ sourceCoinId }) => sourceCoinId)}::text[],
      ${all.map(({ coinId }) => coinId)}::text[]) as m (source, source_coin_id, coin_id)
    join read.source_coin c using (source, source_coin_id)
    where c.image_url is not null
    order by m.coin_id, c.source <> 'coingecko', c.source collate "C", c.source_coin_id collate "C"`;
  return new Map(rows.map(({ coinId, imageUrl }) => [coinId, imageUrl]));
}

/** Some coins as they stood at a moment, all of them where none are named. One that nobody had quoted yet is none. */
export async function readPastCoins(
  sql: Queryable,
  moment: Moment,
  coinIds: readonly string[] | null,
): Promise<Map<string, PastCoinRow>> {
  const quotes = await readPastQuotes(sql, moment, coinIds);
  if (quotes.size === 0) return new Map();
  const images = await readImages(sql, quotes.values());
  return new Map(
    [...quotes].map(([coinId, own]) => [coinId, pastCoinOf(coinId, own, images.get(coinId) ?? null)]),
  );
}
