import { z } from 'zod';
import { readArray } from '../array-page.ts';
import {
  decimalOrNull,
  label,
  nonZeroOrNull,
  optionalOrEmpty as optional,
  rankOrNull,
  sourceCoinId,
  timeOrNull,
} from '../fields.ts';
import { observedAt } from '../observed-at.ts';
import { unknownQuote } from '../record.ts';
import type { QuoteValues, SourceRecord } from '../record.ts';
import type { PayloadEvent } from '../source.ts';
import { cleanName, cleanSymbol } from '../text.ts';

const quote = z.object({
  price: optional.number,
  volume_24h: optional.number,
  market_cap: optional.number,
  percent_change_1h: optional.number,
  percent_change_24h: optional.number,
  percent_change_7d: optional.number,
  percent_change_30d: optional.number,
  ath_price: optional.number,
});

/** One coin of `/tickers`. Unknown values come as null, as `""`, as 0 or not at all. */
const ticker = z.object({
  id: sourceCoinId,
  name: label,
  symbol: label,
  rank: optional.rank,
  circulating_supply: optional.number,
  total_supply: optional.number,
  max_supply: optional.number,
  last_updated: optional.time,
  quotes: z.record(z.string().regex(/^[A-Za-z0-9]{1,20}$/), quote.nullable()),
});
type Ticker = z.infer<typeof ticker>;

/** One quote per currency; supply, rank and time are the coin's and the same in each. */
function quotesOf(coin: Ticker, receivedAt: Date): QuoteValues[] {
  const shared = {
    ...unknownQuote,
    circulatingSupply: decimalOrNull(coin.circulating_supply),
    totalSupply: decimalOrNull(coin.total_supply),
    // 0 in four of five coins, where no maximum is known.
    maxSupply: nonZeroOrNull(coin.max_supply),
    rank: rankOrNull(coin.rank),
    ...observedAt(timeOrNull(coin.last_updated), receivedAt),
  };
  return Object.entries(coin.quotes).flatMap(([currency, values]) =>
    values === null
      ? []
      : {
          ...shared,
          currency: currency.toUpperCase(),
          price: decimalOrNull(values.price),
          marketCap: decimalOrNull(values.market_cap),
          volume24h: decimalOrNull(values.volume_24h),
          percentChange1h: decimalOrNull(values.percent_change_1h),
          percentChange24h: decimalOrNull(values.percent_change_24h),
          percentChange7d: decimalOrNull(values.percent_change_7d),
          percentChange30d: decimalOrNull(values.percent_change_30d),
          ath: nonZeroOrNull(values.ath_price),
        },
  );
}

/** The coins of the answer, in its order, which is not that of rank. */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  return readArray(event, ticker, (coin, index): SourceRecord => {
    const quotes = quotesOf(coin, event.receivedAt);
    if (quotes.length === 0) return { kind: 'skipped', index, reason: 'no quotes in any currency' };
    return {
      kind: 'coin',
      index,
      sourceCoinId: coin.id,
      symbol: cleanSymbol(coin.symbol),
      name: cleanName(coin.name),
      imageUrl: null,
      quotes,
    };
  });
}
