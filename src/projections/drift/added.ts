import { isNewPath, isNewType, namesMax } from './baseline.ts';
import { mainType, typesText, type DriftFinding } from './finding.ts';
import { jsonTypes } from './json-type.ts';
import type { Observation } from './observation.ts';
import { memberPath, parentOf } from './path.ts';
import type { FieldShape } from './shape.ts';

const added = (field: FieldShape): DriftFinding => ({
  kind: 'FIELD_ADDED',
  path: field.path,
  before: null,
  after: typesText(jsonTypes.filter((type) => field.types[type] !== undefined)),
  count: field.present,
  sample: mainType(field)?.sample ?? null,
  score: null,
});

/** Many names at once are one finding: nobody reads a hundred. */
function addedAsMap(parent: string, fields: readonly FieldShape[]): DriftFinding {
  return {
    kind: 'FIELD_ADDED',
    path: memberPath(parent),
    before: null,
    after: `more than ${namesMax} names`,
    count: fields.reduce((sum, field) => sum + field.present, 0),
    sample: fields[0]?.path ?? null,
    score: null,
  };
}

const childrenOf = (parent: string, paths: Iterable<string>): number =>
  [...paths].filter((path) => parentOf(path) === parent).length;

/** The fields that were never known before. Of a new object only the object itself: its children have no known parent. */
export function findAdded({ shape, known, fields }: Observation): DriftFinding[] {
  const fresh = shape.fields.filter((field) => isNewPath(field.path, known, fields));
  const byParent = Map.groupBy(fresh, (field) => parentOf(field.path) ?? '');
  return [...byParent].flatMap(([parent, children]) =>
    childrenOf(parent, known.keys()) + children.length > namesMax
      ? [addedAsMap(parent, children)]
      : children.map(added),
  );
}

/** The types that a known path never had before, one finding each. A type that no longer comes is no change. */
export function findTypes({ shape, known }: Observation): DriftFinding[] {
  return shape.fields.flatMap(({ path, types }) =>
    jsonTypes.flatMap((type): DriftFinding[] => {
      const values = types[type];
      if (values === undefined || !isNewType(path, type, known)) return [];
      const before = typesText(known.get(path)?.types ?? []);
      const { count, sample } = values;
      return [{ kind: 'TYPE_CHANGED', path, before, after: type, count, sample, score: null }];
    }),
  );
}
