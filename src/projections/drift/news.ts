import type { PayloadFields } from '../../sources/payload-fields.ts';
import { isNewPath, isNewType, knownByPath, type Baseline } from './baseline.ts';
import type { DriftFinding } from './finding.ts';
import { jsonTypes } from './json-type.ts';
import type { Shape } from './shape.ts';

/** A path or a type that the baseline does not know, with the first and the last page of the run that has it. */
export interface News {
  path: string;
  /** Null where the path itself is new. */
  type: string | null;
  firstVersion: number;
  lastVersion: number;
}

const keyOf = (path: string, type: string | null): string => `${type} ${path}`;

function newsIn(shape: Shape, baseline: Baseline, fields: PayloadFields): Pick<News, 'path' | 'type'>[] {
  const known = knownByPath(baseline.known);
  return shape.fields.flatMap(({ path, types }): Pick<News, 'path' | 'type'>[] => {
    if (isNewPath(path, known, fields)) return [{ path, type: null }];
    const added = jsonTypes.filter((type) => types[type] !== undefined && isNewType(path, type, known));
    return added.map((type) => ({ path, type }));
  });
}

/** The news of a run with those of its next page. */
export function newsAfter(
  news: readonly News[],
  version: number,
  shape: Shape,
  baseline: Baseline,
  fields: PayloadFields,
): News[] {
  const all = new Map(news.map((one) => [keyOf(one.path, one.type), one]));
  for (const { path, type } of newsIn(shape, baseline, fields)) {
    const firstVersion = all.get(keyOf(path, type))?.firstVersion ?? version;
    all.set(keyOf(path, type), { path, type, firstVersion, lastVersion: version });
  }
  return [...all.values()];
}

/** The news that a finding rests on; null for one of absence, and for many names at once. */
export function newsOf(news: readonly News[], { kind, path, after }: DriftFinding): News | null {
  const find = (path: string | null, type: string | null): News | null =>
    news.find((one) => one.path === path && one.type === type) ?? null;
  switch (kind) {
    case 'FIELD_ADDED':
      return find(path, null);
    case 'RENAMED':
      return find(after, null);
    case 'TYPE_CHANGED':
      return find(path, after);
    default:
      return null;
  }
}
