import { deriveId } from '../../log/event-id.ts';
import type { PayloadFields } from '../../sources/payload-fields.ts';
import type { RecordedParams } from '../../sources/source.ts';
import { classOf } from './fields.ts';
import type { JsonType } from './json-type.ts';
import { isMemberPath, memberPath, parentOf } from './path.ts';
import type { Counts, FieldShape, Shape } from './shape.ts';

/** A path that a feed has been seen with, and every type it came in but null. */
export interface KnownTypes {
  path: string;
  types: readonly JsonType[];
}

/** A path as the last completed run had it that could tell. */
export interface LastSeen extends Counts {
  /** How many objects there were that could have had it. */
  parents: number;
  /** The key of that run's request parameters. */
  asked: string;
}

export interface KnownField extends KnownTypes {
  /** Null until a run could tell, as for a field that no request has asked for. */
  last: LastSeen | null;
}

/**
 * What a feed's next run is compared with. Known paths and types only accumulate, so that what comes and goes is new
 * but once; in any mode but evolve they are a contract, which an operator's word alone changes.
 */
export interface Baseline {
  known: readonly KnownField[];
}

/** A completed run. */
export interface Observed {
  shape: Shape;
  params: RecordedParams;
}

/** An object with more names than this is a map, whose names are values: they are known and reported as one, `*`. */
export const namesMax = 100;

/** One text for equal request parameters, in whatever order. */
export function askedKey(params: RecordedParams): string {
  const names = Object.keys(params).sort();
  return deriveId(...names.flatMap((name) => [name, String(params[name])]));
}

export type Known = ReadonlyMap<string, KnownTypes>;

export const knownByPath = <T extends KnownTypes>(known: readonly T[]): Map<string, T> =>
  new Map(known.map((field) => [field.path, field]));

/**
 * Whether a path is a new field. It is not where nothing was known of its parent, which was always null or is new
 * itself; nor where it is only sent if requested: that it comes is what the source promises, not a change of it.
 */
export function isNewPath(path: string, known: Known, fields: PayloadFields): boolean {
  const parent = parentOf(path);
  if (parent === null || known.has(path) || isMemberPath(path)) return false;
  if (known.get(parent)?.types.includes('object') !== true) return false;
  return !known.has(memberPath(parent)) && classOf(path, fields) !== 'requested';
}

/** Whether a path had values before, but none of this type. The first type of what was always null is no change. */
export function isNewType(path: string, type: JsonType, known: Known): boolean {
  const types = known.get(path)?.types ?? [];
  return types.length > 0 && !types.includes(type);
}

/** How many values could have been at a path: the objects at its parent, or its own number where there may be any. */
export function parentsOf(path: string, byPath: ReadonlyMap<string, FieldShape>): number {
  const parent = parentOf(path);
  if (parent === null || isMemberPath(path)) return byPath.get(path)?.present ?? 0;
  return byPath.get(parent)?.types.object?.count ?? 0;
}
