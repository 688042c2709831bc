import type { PayloadFields } from '../../sources/payload-fields.ts';
import type { RecordIssue } from '../../sources/record.ts';
import { knownByPath, parentsOf, type KnownTypes } from './baseline.ts';
import { createConform, type Difference } from './conform.ts';
import type { DriftMode } from './modes.ts';
import { shapeOf } from './shape-of.ts';

export type Verdict = { kind: 'keep'; value: unknown } | { kind: 'discard'; issues: RecordIssue[] };

/** What the contract makes of a page. */
export type Enforced = { kind: 'page'; verdicts: Verdict[] } | { kind: 'frozen'; issues: RecordIssue[] };

/** A record of a hundred thousand unknown names is told by its first ones. */
const issuesMax = 100;

const keepAll = (values: readonly unknown[]): Enforced => ({
  kind: 'page',
  verdicts: values.map((value) => ({ kind: 'keep', value })),
});

const issuesOf = (differences: readonly Difference[]): RecordIssue[] =>
  differences.slice(0, issuesMax).map(({ issue }) => issue);

/** The required fields that the feed had and that no record of the page has. */
function lostRequired(
  values: readonly unknown[],
  known: ReadonlyMap<string, KnownTypes>,
  fields: PayloadFields,
): RecordIssue[] {
  const shape = shapeOf(values, fields);
  const byPath = new Map(shape.fields.map((field) => [field.path, field]));
  return fields.required
    .filter((path) => known.has(path) && !byPath.has(path))
    .filter((path) => shape.overflow === 0 && parentsOf(path, byPath) > 0)
    .map((path) => ({
      path,
      code: 'schema_drift',
      message: 'Required field is in no record of the page',
      expected: known.get(path)?.types.join(' or ') ?? null,
      received: null,
    }));
}

/** One issue per difference, however many records have it. */
function distinct(differences: readonly Difference[]): Difference[] {
  const byKey = new Map(differences.toReversed().map((difference) => [difference.key, difference]));
  return differences.filter((difference) => byKey.get(difference.key) === difference);
}

/**
 * Pure: holds the values of a page, as they were received, against what is known of their feed. Without a contract,
 * which the first completed run makes, and in evolve all are kept as they are. Nothing is changed in place.
 */
export function enforce(
  mode: DriftMode,
  values: readonly unknown[],
  contract: readonly KnownTypes[] | null,
  fields: PayloadFields,
): Enforced {
  if (mode === 'evolve' || contract === null) return keepAll(values);
  const known = knownByPath(contract);
  const conform = createConform(known, fields);
  const conformed = values.map(conform);
  if (mode === 'freeze') {
    const differences = distinct(conformed.flatMap((record) => record.differences));
    const issues = [...lostRequired(values, known, fields), ...issuesOf(differences)];
    return issues.length === 0 ? keepAll(values) : { kind: 'frozen', issues };
  }
  return {
    kind: 'page',
    verdicts: conformed.map(({ value, differences }, index): Verdict => {
      if (differences.length === 0) return { kind: 'keep', value: values[index] };
      return mode === 'discard-record'
        ? { kind: 'discard', issues: issuesOf(differences) }
        : { kind: 'keep', value };
    }),
  };
}
