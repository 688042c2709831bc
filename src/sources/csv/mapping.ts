import { type Claim, findClaims } from './claims.ts';
import type { Field } from './fields.ts';
import { foldLabel, sandboxLabel } from './header.ts';
import type { Mapping } from './mapping-schema.ts';

export type Identity = 'id' | 'symbol' | 'name';

/** Which column (from 0) of a file holds which field. */
export interface ColumnMap {
  mapping: Mapping;
  columns: Partial<Record<Field, number>>;
  /** The field whose cell is a coin's id in this source. */
  identity: Identity;
  /** Upper case; what a row without a currency of its own is quoted in. */
  currency: string;
  /** The labels of the columns that no field takes. */
  unmapped: string[];
}

export type ColumnMapResult = { kind: 'mapped'; map: ColumnMap } | { kind: 'refused'; reason: string };

const quote = (labels: readonly string[]): string => labels.map((label) => `"${label}"`).join(', ');

const bestOf = (claims: readonly Claim[]): Claim[] => {
  const rank = Math.min(...claims.map((claim) => claim.rank));
  return claims.filter((claim) => claim.rank === rank);
};

/** A price in the mapping's currency or in none comes first. Prices in several others are equals, whatever their names. */
function bestPrices(claims: readonly Claim[], homeCurrency: string): Claim[] {
  const prices = claims.filter((claim) => claim.field === 'price');
  const home = prices.filter((claim) => claim.currency === null || claim.currency === homeCurrency);
  if (home.length > 0) return bestOf(home);
  return new Set(prices.map((claim) => claim.currency)).size > 1 ? prices : bestOf(prices);
}

/** The claims that agree with the price's currency: a market cap in another says nothing of this quote. */
function fittingClaims(claims: readonly Claim[], price: Claim, homeCurrency: string): Claim[] {
  const perRow = price.currency === null && claims.some((claim) => claim.field === 'currency');
  const currency = perRow ? null : (price.currency ?? homeCurrency);
  return claims.filter((claim) => {
    if (claim.field === 'price') return false;
    if (claim.field === 'currency') return perRow;
    return claim.currency === null || claim.currency === currency;
  });
}

function refuseContradiction(header: readonly string[], claims: readonly Claim[]): ColumnMapResult {
  const labels = claims.map((claim) => header[claim.column] ?? '');
  const reason = `columns ${quote(labels)} all claim ${claims[0]?.field}: leave one, or name a mapping that takes one`;
  return { kind: 'refused', reason };
}

const labelsOf = (mapping: Mapping, field: Field): string[] => [
  ...(mapping.columns[field] ?? []),
  ...(mapping.fallbacks?.[field] ?? []),
];

function refuseIncomplete(
  header: readonly string[],
  missing: readonly string[],
  mapping: Mapping,
): ColumnMapResult {
  const coins = (['id', 'symbol', 'name'] as const).flatMap((field) => labelsOf(mapping, field));
  const prices = labelsOf(mapping, 'price');
  const accepted = `a coin is named by ${coins.join(', ')}; a price by ${prices.join(', ')}`;
  const hint = header.some((label) => /^[$+-]?\d+(?:[.,]\d+)*$/.test(label)) ? 'no header, it seems: ' : '';
  const reason = `${hint}no column for ${missing.join(' and ')} among ${quote(header)}: ${accepted}`;
  return { kind: 'refused', reason };
}

function findIdentity(claims: readonly Claim[], mapping: Mapping): Identity | undefined {
  const wanted = mapping.idFrom === undefined ? (['id', 'symbol', 'name'] as const) : [mapping.idFrom];
  return wanted.find(
    (field) => mapping.constants?.[field] !== undefined || claims.some((claim) => claim.field === field),
  );
}

function unmappedLabels(header: readonly string[], columns: ColumnMap['columns']): string[] {
  const taken = new Set<number>(Object.values(columns));
  return header.filter((label, column) => !taken.has(column) && foldLabel(label) !== foldLabel(sandboxLabel));
}

/**
 * Which field each column of a header holds: always the same for the same header and mapping. Refused when a column
 * for the coin or for the price is missing, or when two columns claim one field with equal right.
 */
export function mapHeader(header: readonly string[], mapping: Mapping): ColumnMapResult {
  const homeCurrency = mapping.quoteCurrency ?? 'USD';
  const claims = findClaims(header, mapping);
  const identity = findIdentity(claims, mapping);
  const prices = bestPrices(claims, homeCurrency);
  const [price] = prices;
  if (identity === undefined || price === undefined) {
    const missing = [...(identity === undefined ? ['the coin'] : []), ...(price ? [] : ['the price'])];
    return refuseIncomplete(header, missing, mapping);
  }
  if (prices.length > 1) return refuseContradiction(header, prices);

  const columns: ColumnMap['columns'] = { price: price.column };
  const fitting = fittingClaims(claims, price, homeCurrency);
  for (const rivals of Map.groupBy(fitting, (claim) => claim.field).values()) {
    const best = bestOf(rivals);
    const [winner] = best;
    if (best.length > 1) return refuseContradiction(header, best);
    if (winner !== undefined) columns[winner.field] = winner.column;
  }
  const unmapped = unmappedLabels(header, columns);
  const currency = price.currency ?? homeCurrency;
  return { kind: 'mapped', map: { mapping, columns, identity, currency, unmapped } };
}
