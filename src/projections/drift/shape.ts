import { jsonTypes, type JsonType } from './json-type.ts';
import { byPath } from './path.ts';

/** The values of one type at one path. */
export interface TypeShape {
  count: number;
  /** The first one, shortened. */
  sample: unknown;
  /** The range of numbers, or of the lengths of texts; null for other types. */
  low: number | null;
  high: number | null;
}
export type TypeShapes = Partial<Record<JsonType, TypeShape>>;

/** How often a path is there, and with what. */
export interface Counts {
  /** Null or not. */
  present: number;
  nulls: number;
  types: TypeShapes;
}

export interface FieldShape extends Counts {
  path: string;
}

/** What a set of records looks like. Plain JSON: a list, for no name of a payload may be a key of ours. */
export interface Shape {
  records: number;
  /** By path, in order; the record itself is the one with the path `""`. */
  fields: FieldShape[];
  /** How many values are not counted above, because their paths are too many. */
  overflow: number;
}

/** Real records have about 30 paths. Those that sort first are kept, so that the order of merging does not matter. */
export const pathsMax = 500;

/** How deep values are looked at; what lies deeper is not told apart. */
export const depthMax = 8;

export const emptyShape: Shape = { records: 0, fields: [], overflow: 0 };

const smaller = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
const larger = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

function mergeTypes(a: TypeShapes, b: TypeShapes): TypeShapes {
  const merged: TypeShapes = {};
  for (const type of jsonTypes) {
    const [one, other] = [a[type], b[type]];
    if (one === undefined || other === undefined) {
      const only = one ?? other;
      if (only !== undefined) merged[type] = only;
      continue;
    }
    merged[type] = {
      count: one.count + other.count,
      sample: one.sample,
      low: smaller(one.low, other.low),
      high: larger(one.high, other.high),
    };
  }
  return merged;
}

/** A shape of fields in any order, of which some may have the same path: those become one, too many are cut off. */
export function shapeFrom(records: number, fields: readonly FieldShape[], overflow: number): Shape {
  const byName = new Map<string, FieldShape>();
  for (const field of fields) {
    const known = byName.get(field.path);
    byName.set(
      field.path,
      known === undefined
        ? field
        : {
            path: field.path,
            present: known.present + field.present,
            nulls: known.nulls + field.nulls,
            types: mergeTypes(known.types, field.types),
          },
    );
  }
  const sorted = [...byName.values()].sort(byPath);
  const cut = sorted.slice(pathsMax).reduce((sum, field) => sum + field.present, 0);
  return { records, fields: sorted.slice(0, pathsMax), overflow: overflow + cut };
}

/** Associative, and commutative but for the samples, of which the first stays. */
export function mergeShapes(a: Shape, b: Shape): Shape {
  return shapeFrom(a.records + b.records, [...a.fields, ...b.fields], a.overflow + b.overflow);
}
