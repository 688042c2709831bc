import { type Field, fieldNames, isMoneyField, labelCurrencies } from './fields.ts';
import { foldLabel } from './header.ts';
import type { Mapping } from './mapping-schema.ts';

/** A column that could hold a field. */
export interface Claim {
  field: Field;
  column: number;
  /** 0: by a label of `columns`; 1: by one of `fallbacks`, which counts only without the former. */
  rank: number;
  /** The currency its label names, or null. */
  currency: string | null;
}

type Alias = Pick<Claim, 'field' | 'rank'>;

const labelSigns: readonly (readonly [string, string])[] = [
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['₩', 'KRW'],
  ['₹', 'INR'],
  ['₿', 'BTC'],
];

function aliasesByLabel(mapping: Mapping): Map<string, Alias[]> {
  const byLabel = new Map<string, Alias[]>();
  for (const [rank, labels] of [mapping.columns, mapping.fallbacks ?? {}].entries())
    for (const field of fieldNames)
      for (const label of labels[field] ?? []) {
        const key = foldLabel(label) || label;
        byLabel.set(key, [...(byLabel.get(key) ?? []), { field, rank }]);
      }
  return byLabel;
}

/** Money may be followed by its currency: `price_usd`, `24h_volume_usd`, `Price (€)`. */
function claimsOf(label: string, byLabel: ReadonlyMap<string, Alias[]>): Omit<Claim, 'column'>[] {
  const folded = foldLabel(label) || label;
  const [, signed = null] = labelSigns.find(([sign]) => label.includes(sign)) ?? [];
  const exact = byLabel.get(folded);
  if (exact !== undefined) {
    return exact.map((alias) => ({ ...alias, currency: isMoneyField(alias.field) ? signed : null }));
  }
  const currency = labelCurrencies.find((code) => folded.endsWith(code.toLowerCase()));
  if (currency === undefined) return [];
  const stem = folded.slice(0, -currency.length);
  return (byLabel.get(stem) ?? [])
    .filter((alias) => isMoneyField(alias.field))
    .map((alias) => ({ ...alias, currency }));
}

/** Every column whose label is one that a field is known by. */
export function findClaims(header: readonly string[], mapping: Mapping): Claim[] {
  const byLabel = aliasesByLabel(mapping);
  return header.flatMap((label, column) => claimsOf(label, byLabel).map((claim) => ({ ...claim, column })));
}
