import { jsonTypes } from './json-type.ts';
import type { Counts, TypeShape } from './shape.ts';

export type DriftKind = 'FIELD_ADDED' | 'FIELD_LOST' | 'TYPE_CHANGED' | 'NULLS_JUMPED' | 'RENAMED';

/** One difference between a run and what was known before it. */
export interface DriftFinding {
  kind: DriftKind;
  /** Of a rename, the old path. */
  path: string;
  /** Types, null shares or, of a rename, paths; for people to read. */
  before: string | null;
  after: string | null;
  /** How many values of the run it concerns. */
  count: number;
  /** A value: the new one, or of a lost field the last one known. Plain JSON. */
  sample: unknown;
  /** How likely a rename is, from 0 to 1. */
  score: number | null;
}

/** Types for people: `number or string`, or `null` where no value was there. */
export const typesText = (types: readonly string[]): string =>
  types.length === 0 ? 'null' : [...types].sort().join(' or ');

/** The most frequent type's values; null where all values are null. */
export function mainType({ types }: Counts): TypeShape | null {
  const shapes = jsonTypes.flatMap((type) => types[type] ?? []);
  return shapes.reduce<TypeShape | null>(
    (most, shape) => (most === null || shape.count > most.count ? shape : most),
    null,
  );
}
