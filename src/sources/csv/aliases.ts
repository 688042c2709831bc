import { type Field, aliases, isMoneyField, labelCurrencies } from './fields.ts';
import { foldLabel } from './header.ts';

/** A column that could hold a field. */
export interface Claim {
  field: Field;
  column: number;
  /** Its place among the aliases' ranks; lower is better. */
  rank: number;
  /** The currency its label names, or null. */
  currency: string | null;
}

const allFields = Object.keys(aliases) as Field[];

const byLabel: ReadonlyMap<string, Omit<Claim, 'column'>> = new Map(
  allFields.flatMap((field) =>
    aliases[field].flatMap((labels, rank) =>
      labels.flatMap((label) =>
        [null, ...(isMoneyField(field) ? labelCurrencies : [])].map(
          (currency) => [foldLabel(label + (currency ?? '')), { field, rank, currency }] as const,
        ),
      ),
    ),
  ),
);

/** Every column whose label is one that a field is known by. */
export function findClaims(header: readonly string[]): Claim[] {
  return header.flatMap((label, column) => {
    const known = byLabel.get(foldLabel(label));
    return known === undefined ? [] : [{ ...known, column }];
  });
}
