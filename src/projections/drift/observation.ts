import type { PayloadFields } from '../../sources/payload-fields.ts';
import {
  askedKey,
  knownByPath,
  parentsOf,
  type Baseline,
  type KnownField,
  type LastSeen,
  type Observed,
} from './baseline.ts';
import { classOf, isRequested } from './fields.ts';
import { memberPath, parentOf } from './path.ts';
import type { FieldShape, Shape } from './shape.ts';

/** A completed run beside what was known before it, ready for questions about single paths. */
export interface Observation {
  fields: PayloadFields;
  shape: Shape;
  asked: string;
  known: ReadonlyMap<string, KnownField>;
  observed: ReadonlyMap<string, FieldShape>;
  /** What the run says of a known path; null where it can say nothing. */
  seen(field: KnownField): LastSeen | null;
}

/** Whether the absence of a path says anything of the source. */
function isTellingAbsence(
  field: KnownField,
  { params, shape }: Observed,
  asked: string,
  fields: PayloadFields,
): boolean {
  if (shape.overflow > 0) return false;
  switch (classOf(field.path, fields)) {
    case 'requested':
      return isRequested(field.path, params, fields);
    case 'undeclared':
      // It may hang on a parameter that we do not know of.
      return field.last === null || field.last.asked === asked;
    default:
      return true;
  }
}

/** Puts a run beside the baseline. */
export function observe(baseline: Baseline, run: Observed, fields: PayloadFields): Observation {
  const asked = askedKey(run.params);
  const known = knownByPath(baseline.known);
  const observed = new Map(run.shape.fields.map((field) => [field.path, field]));
  const isOneOfMany = (path: string): boolean => {
    const parent = parentOf(path);
    return parent !== null && known.has(memberPath(parent)) && classOf(path, fields) === 'undeclared';
  };
  return {
    fields,
    shape: run.shape,
    asked,
    known,
    observed,
    seen(field) {
      const parents = parentsOf(field.path, observed);
      // A field that came unasked says nothing of what comes when asked for.
      if (parents === 0 || !isRequested(field.path, run.params, fields)) return null;
      const counts = observed.get(field.path);
      if (counts !== undefined) {
        const { present, nulls, types } = counts;
        return { present, nulls, types, parents, asked };
      }
      if (isOneOfMany(field.path) || !isTellingAbsence(field, run, asked, fields)) return null;
      return { present: 0, nulls: 0, types: {}, parents, asked };
    },
  };
}
