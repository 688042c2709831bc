import type { RecordedParams } from './source.ts';

/** A field that the source sends only when a request asks for it. */
export interface RequestedField {
  path: string;
  requested: (params: RecordedParams) => boolean;
}

/**
 * What a source's records are known to hold, for telling a change of the source from a change of the request. Paths
 * are names joined by `.`; the elements of an array are `[]`, the members of a map `*`.
 */
export interface PayloadFields {
  /** There in every record, though it may be null. */
  required: readonly string[];
  /** There by coin, by age or by plan. */
  optional: readonly string[];
  ifRequested: readonly RequestedField[];
  /** Objects whose keys are values and no names, as `quotes`: a key counts as `*`, as in `quotes.*.price`. */
  maps: readonly string[];
  /** The source writes `""` for unknown. */
  emptyIsNull: boolean;
}
