import type { DecimalField } from '../../../sources/record.ts';

type Decimals = Record<DecimalField, string | null>;

/** The double next to a decimal; null where it is beyond all doubles, which only `exact` can say. */
export function toFloat(decimal: string | null): number | null {
  if (decimal === null) return null;
  const value = Number(decimal);
  return Number.isFinite(value) ? value : null;
}

const inUsd = (currency: string, decimal: string | null): string | null =>
  currency === 'USD' ? decimal : null;

/** Values as they stand in the database, to the last digit. */
export const exactOf = (row: Decimals, currency: string) => ({
  priceUsd: inUsd(currency, row.price),
  marketCapUsd: inUsd(currency, row.marketCap),
  volume24hUsd: inUsd(currency, row.volume24h),
  circulatingSupply: row.circulatingSupply,
  totalSupply: row.totalSupply,
  maxSupply: row.maxSupply,
});

/** The values that quotes and snapshots share, in their own currency and in USD. */
export const valuesOf = (row: Decimals & { quoteCurrency: string; rank: number | null }) => ({
  currency: row.quoteCurrency,
  price: toFloat(row.price),
  marketCap: toFloat(row.marketCap),
  volume24h: toFloat(row.volume24h),
  priceUsd: toFloat(inUsd(row.quoteCurrency, row.price)),
  marketCapUsd: toFloat(inUsd(row.quoteCurrency, row.marketCap)),
  volume24hUsd: toFloat(inUsd(row.quoteCurrency, row.volume24h)),
  percentChange24h: toFloat(row.percentChange24h),
  rank: row.rank,
  circulatingSupply: toFloat(row.circulatingSupply),
  totalSupply: toFloat(row.totalSupply),
  maxSupply: toFloat(row.maxSupply),
  exact: exactOf(row, row.quoteCurrency),
});
