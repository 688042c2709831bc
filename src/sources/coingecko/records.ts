import { z } from 'zod';
import { CoinlogError } from '../../errors.ts';
import { readArray } from '../array-page.ts';
import {
  decimalOrNull,
  label,
  nonZeroOrNull,
  optional,
  rankOrNull,
  sourceCoinId,
  timeOrNull,
} from '../fields.ts';
import { observedAt } from '../observed-at.ts';
import type { CoinRecord, QuoteValues, SourceRecord } from '../record.ts';
import type { PayloadEvent, RankedCoin } from '../source.ts';
import { parseJson } from '../json.ts';
import { cleanImageUrl, cleanName, cleanSymbol } from '../text.ts';

/** One coin of `/coins/markets`. Everything but id, symbol and name may be null or absent. */
const market = z.object({
  id: sourceCoinId,
  symbol: label,
  name: label,
  image: optional.text,
  current_price: optional.number,
  market_cap: optional.number,
  market_cap_rank: optional.rank,
  fully_diluted_valuation: optional.number,
  total_volume: optional.number,
  high_24h: optional.number,
  low_24h: optional.number,
  price_change_percentage_24h: optional.number,
  price_change_percentage_1h_in_currency: optional.number,
  price_change_percentage_24h_in_currency: optional.number,
  price_change_percentage_7d_in_currency: optional.number,
  price_change_percentage_30d_in_currency: optional.number,
  circulating_supply: optional.number,
  total_supply: optional.number,
  max_supply: optional.number,
  ath: optional.number,
  last_updated: optional.time,
});
type Market = z.infer<typeof market>;

const pageMetadata = z.object({
  request: z.object({ params: z.object({ vs_currency: z.string().min(1) }) }),
});

/** The body does not say its currency; only the request does. */
function currencyOf(event: PayloadEvent): string {
  const metadata = pageMetadata.safeParse(event.metadata);
  if (metadata.success) return metadata.data.request.params.vs_currency.toUpperCase();
  throw new CoinlogError(
    'FOLD_FAILED',
    'the request of the page has no vs_currency, so its prices have no currency',
  );
}

function quote(coin: Market, currency: string, receivedAt: Date): QuoteValues {
  return {
    currency,
    price: decimalOrNull(coin.current_price),
    marketCap: decimalOrNull(coin.market_cap),
    volume24h: decimalOrNull(coin.total_volume),
    fullyDilutedValuation: decimalOrNull(coin.fully_diluted_valuation),
    percentChange1h: decimalOrNull(coin.price_change_percentage_1h_in_currency),
    percentChange24h: decimalOrNull(
      coin.price_change_percentage_24h_in_currency ?? coin.price_change_percentage_24h,
    ),
    percentChange7d: decimalOrNull(coin.price_change_percentage_7d_in_currency),
    percentChange30d: decimalOrNull(coin.price_change_percentage_30d_in_currency),
    high24h: decimalOrNull(coin.high_24h),
    low24h: decimalOrNull(coin.low_24h),
    ath: decimalOrNull(coin.ath),
    circulatingSupply: decimalOrNull(coin.circulating_supply),
    totalSupply: decimalOrNull(coin.total_supply),
    maxSupply: nonZeroOrNull(coin.max_supply),
    rank: rankOrNull(coin.market_cap_rank),
    ...observedAt(timeOrNull(coin.last_updated), receivedAt),
  };
}

/** The coins of a page, in its order. A coin without a price still has its quote. */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  const currency = currencyOf(event);
  return readArray(event, market, (coin, index): CoinRecord => ({
    kind: 'coin',
    index,
    sourceCoinId: coin.id,
    symbol: cleanSymbol(coin.symbol),
    name: cleanName(coin.name),
    imageUrl: cleanImageUrl(coin.image),
    quotes: [quote(coin, currency, event.receivedAt)],
  }));
}

const ranked = z.object({ id: sourceCoinId, market_cap_rank: optional.rank });

/** Which coin stands where, of a page that may hold others that cannot be read. */
export function rankedCoins(body: Uint8Array): RankedCoin[] {
  const values = parseJson(body);
  if (!Array.isArray(values)) return [];
  return values.flatMap((value: unknown) => {
    const parsed = ranked.safeParse(value);
    return parsed.success
      ? { sourceCoinId: parsed.data.id, rank: rankOrNull(parsed.data.market_cap_rank) }
      : [];
  });
}
