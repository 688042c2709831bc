import { type Claim, findClaims } from './aliases.ts';
import { type Field, aliases } from './fields.ts';
import { foldLabel, sandboxLabel } from './header.ts';

/** Which column (from 0) holds which field. */
export interface Mapping {
  /** What kind of file this is, for people to read: `coinmarketcap-v1`, `coingecko-export`, `ohlc`, `plain`. */
  name: string;
  columns: Partial<Record<Field, number>>;
  /** The field whose cell is a coin's id in this source. */
  identity: 'id' | 'symbol' | 'name';
  /** Upper case; what a row without a currency of its own is quoted in. */
  currency: string;
  /** The labels of the columns that no field takes. */
  unmapped: string[];
}

export type MappingResult = { kind: 'mapped'; mapping: Mapping } | { kind: 'refused'; reason: string };

const quote = (labels: readonly string[]): string => labels.map((label) => `"${label}"`).join(', ');

const bestOf = (claims: readonly Claim[]): Claim[] => {
  const rank = Math.min(...claims.map((claim) => claim.rank));
  return claims.filter((claim) => claim.rank === rank);
};

/** A price in USD or without a currency comes first. Prices in several others are equals, whatever their names. */
function bestPrices(claims: readonly Claim[]): Claim[] {
  const prices = claims.filter((claim) => claim.field === 'price');
  const home = prices.filter((claim) => claim.currency === null || claim.currency === 'USD');
  if (home.length > 0) return bestOf(home);
  return new Set(prices.map((claim) => claim.currency)).size > 1 ? prices : bestOf(prices);
}

/** The claims that agree with the price's currency: a market cap in another says nothing of this quote. */
function fittingClaims(claims: readonly Claim[], price: Claim): Claim[] {
  const perRow = price.currency === null && claims.some((claim) => claim.field === 'currency');
  const currency = perRow ? null : (price.currency ?? 'USD');
  return claims.filter((claim) => {
    if (claim.field === 'price') return false;
    if (claim.field === 'currency') return perRow;
    return claim.currency === null || claim.currency === currency;
  });
}

function refuseContradiction(header: readonly string[], claims: readonly Claim[]): MappingResult {
  const labels = claims.map((claim) => header[claim.column] ?? '');
  return { kind: 'refused', reason: `columns ${quote(labels)} all claim ${claims[0]?.field}: leave one` };
}

function refuseIncomplete(header: readonly string[], missing: readonly string[]): MappingResult {
  const identity = [...aliases.id, ...aliases.symbol, ...aliases.name].flat();
  const accepted = `a coin is named by ${identity.join(', ')}; a price by ${aliases.price.flat().join(', ')}`;
  const hint = header.some((label) => /^[$+-]?\d+(?:[.,]\d+)*$/.test(label)) ? 'no header, it seems: ' : '';
  const reason = `${hint}no column for ${missing.join(' and ')} among ${quote(header)}: ${accepted}`;
  return { kind: 'refused', reason };
}

function nameMapping(header: readonly string[], price: Claim): string {
  const labels = new Set(header.map(foldLabel));
  const has = (...wanted: string[]) => wanted.every((label) => labels.has(foldLabel(label)));
  if (has('24h_volume_usd', 'available_supply')) return 'coinmarketcap-v1';
  if (has('current_price', 'market_cap_rank', 'last_updated')) return 'coingecko-export';
  return foldLabel(header[price.column] ?? '') === 'close' ? 'ohlc' : 'plain';
}

/**
 * Which field each column of a header holds: always the same for the same header. Refused when a column for the
 * coin or for the price is missing, or when two columns claim one field with equal right.
 */
export function mapHeader(header: readonly string[]): MappingResult {
  const claims = findClaims(header);
  const identity = (['id', 'symbol', 'name'] as const).find((field) =>
    claims.some((claim) => claim.field === field),
  );
  const prices = bestPrices(claims);
  const [price] = prices;
  if (identity === undefined || price === undefined) {
    const missing = [...(identity === undefined ? ['the coin'] : []), ...(price ? [] : ['the price'])];
    return refuseIncomplete(header, missing);
  }
  if (prices.length > 1) return refuseContradiction(header, prices);

  const columns: Partial<Record<Field, number>> = { price: price.column };
  for (const rivals of Map.groupBy(fittingClaims(claims, price), (claim) => claim.field).values()) {
    const best = bestOf(rivals);
    const [winner] = best;
    if (best.length > 1) return refuseContradiction(header, best);
    if (winner !== undefined) columns[winner.field] = winner.column;
  }
  const taken = new Set<number>(Object.values(columns));
  const unmapped = header.filter(
    (label, column) => !taken.has(column) && foldLabel(label) !== foldLabel(sandboxLabel),
  );
  const name = nameMapping(header, price);
  return {
    kind: 'mapped',
    mapping: { name, columns, identity, currency: price.currency ?? 'USD', unmapped },
  };
}
