import { Numeral } from '../../sources/json.ts';
import type { PayloadFields } from '../../sources/payload-fields.ts';
import { typeOf, type JsonType } from './json-type.ts';
import { elementPath, member, memberPath, namedPath } from './path.ts';
import { sampleOf } from './sample.ts';
import { depthMax, pathsMax, shapeFrom, type FieldShape, type Shape, type TypeShape } from './shape.ts';

/** A path while it is counted. A path is put together once, not once per record: that is most of the speed. */
interface Node extends FieldShape {
  isMap: boolean;
  children: Map<string, Node>;
  elements: Node | null;
}

interface Count {
  fields: PayloadFields;
  /** Several names may have one path, being cut or cleaned to the same. */
  nodes: Map<string, Node>;
  /** Paths that sort after it are too many. */
  last: string | null;
  overflow: number;
}

/** Pruning sorts, so it waits until there is much to prune. */
const nodesMax = 4 * pathsMax;

/** Forgets the paths that would be cut off in the end, and does not begin them again. */
function prune(count: Count): void {
  const last = [...count.nodes.keys()].sort()[pathsMax - 1];
  if (last === undefined) return;
  count.last = last;
  for (const node of count.nodes.values()) {
    // One that goes may be just being counted, so it loses its children too: these sort after it.
    for (const [name, child] of node.children) if (child.path > last) node.children.delete(name);
    if (node.elements !== null && node.elements.path > last) node.elements = null;
    if (node.path <= last) continue;
    count.overflow += node.present;
    count.nodes.delete(node.path);
  }
}

/** Null where the path is one too many. */
function nodeAt(path: string, count: Count): Node | null {
  if (count.last !== null && path > count.last) return null;
  const known = count.nodes.get(path);
  if (known !== undefined) return known;
  const isMap = count.fields.maps.includes(path);
  const node = { path, present: 0, nulls: 0, types: {}, isMap, children: new Map(), elements: null };
  count.nodes.set(path, node);
  return node;
}

function childOf(node: Node, name: string, count: Count): Node | null {
  const key = node.isMap ? member : name;
  const known = node.children.get(key);
  if (known !== undefined) return known;
  const child = nodeAt(node.isMap ? memberPath(node.path) : namedPath(node.path, name), count);
  if (child !== null) node.children.set(key, child);
  return child;
}

function widen(type: TypeShape, size: number): void {
  if (type.low === null || size < type.low) type.low = size;
  if (type.high === null || size > type.high) type.high = size;
}

/** JSON has neither infinity nor -0. */
const finite = (value: number): number => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE) + 0;

function countType(node: Node, type: JsonType, value: unknown): void {
  let shape = node.types[type];
  if (shape === undefined) {
    shape = { count: 0, sample: sampleOf(value), low: null, high: null };
    node.types[type] = shape;
  }
  shape.count += 1;
  if (typeof value === 'number') widen(shape, finite(value));
  else if (typeof value === 'string') widen(shape, value.length);
  else if (value instanceof Numeral) widen(shape, finite(Number(value.source)));
}

/** Counts a value at a path that is not kept, and what lies beneath it: a path sorts after its parent. */
function countLost(value: unknown, depth: number, count: Count): void {
  count.overflow += 1;
  if (value === null || typeof value !== 'object' || value instanceof Numeral || depth === depthMax) return;
  for (const inner of Object.values(value)) countLost(inner, depth + 1, count);
}

function countValue(node: Node | null, value: unknown, depth: number, count: Count): void {
  if (node === null) return countLost(value, depth, count);
  node.present += 1;
  const type = typeOf(value, count.fields.emptyIsNull);
  if (type === null) {
    node.nulls += 1;
    return;
  }
  countType(node, type, value);
  if (depth === depthMax) return;
  if (Array.isArray(value)) {
    if (value.length === 0) return;
    node.elements ??= nodeAt(elementPath(node.path), count);
    for (const item of value) countValue(node.elements, item, depth + 1, count);
  } else if (type === 'object') {
    const object = value as Record<string, unknown>;
    for (const name of Object.keys(object)) {
      if (count.nodes.size > nodesMax) prune(count);
      countValue(childOf(node, name, count), object[name], depth + 1, count);
    }
  }
}

/** What the records of a page look like, as they were received. */
export function shapeOf(values: readonly unknown[], fields: PayloadFields): Shape {
  const count: Count = { fields, nodes: new Map(), last: null, overflow: 0 };
  for (const value of values) countValue(nodeAt('', count), value, 0, count);
  const found = [...count.nodes.values()]
    .filter(({ present }) => present > 0)
    .map(({ path, present, nulls, types }) => ({ path, present, nulls, types }));
  return shapeFrom(values.length, found, count.overflow);
}
