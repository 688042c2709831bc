import type { PayloadFields } from '../../sources/payload-fields.ts';
import { namesMax, type Baseline, type KnownField, type Observed } from './baseline.ts';
import type { DriftFinding } from './finding.ts';
import { jsonTypes } from './json-type.ts';
import type { DriftMode } from './modes.ts';
import { observe } from './observation.ts';
import { byPath, isWithin, memberPath, parentOf } from './path.ts';
import type { FieldShape } from './shape.ts';

/** All that a feed may be known by: real ones have about 30 paths. What is beyond it is reported with every run. */
const knownMax = 2_000;

/** What a run's findings keep out of the contract until an operator has acknowledged them. */
interface Held {
  /** New, with all beneath them. */
  paths: string[];
  types: Set<string>;
  /** Gone: the contract still has them, so they stay gone until they are back or acknowledged. */
  lost: Set<string>;
}

const typeKey = (path: string, type: string | null): string => `${type} ${path}`;

function heldBy(findings: readonly DriftFinding[], mode: DriftMode): Held {
  const held = mode === 'evolve' ? [] : findings;
  return {
    paths: held.flatMap(({ kind, path, after }) => {
      if (kind === 'FIELD_ADDED') return [path];
      return kind === 'RENAMED' && after !== null ? [after] : [];
    }),
    types: new Set(
      held.filter(({ kind }) => kind === 'TYPE_CHANGED').map(({ path, after }) => typeKey(path, after)),
    ),
    lost: new Set(
      held.filter(({ kind }) => kind === 'FIELD_LOST' || kind === 'RENAMED').map(({ path }) => path),
    ),
  };
}

/** Whether a path may be learned, given its parent: not within what is held, nor one of a map's names. */
function isLearned(path: string, known: ReadonlyMap<string, KnownField>, held: Held): boolean {
  const parent = parentOf(path);
  if (parent === null) return true;
  if (!known.has(parent) || known.has(memberPath(parent))) return false;
  return !held.paths.some((top) => isWithin(path, top) || top === memberPath(parent));
}

const unseen = (path: string): KnownField => ({ path, types: [], last: null });

function learnField(
  { path, types }: FieldShape,
  known: Map<string, KnownField>,
  children: Map<string, number>,
  held: Held,
): void {
  const field = known.get(path);
  if (field === undefined && (known.size >= knownMax || !isLearned(path, known, held))) return;
  const parent = parentOf(path);
  if (field === undefined && parent !== null) {
    const siblings = children.get(parent) ?? 0;
    if (siblings >= namesMax) {
      known.set(memberPath(parent), unseen(memberPath(parent)));
      return;
    }
    children.set(parent, siblings + 1);
  }
  const before = field ?? unseen(path);
  const learned = jsonTypes.filter(
    (type) => before.types.includes(type) || (types[type] && !held.types.has(typeKey(path, type))),
  );
  known.set(path, { ...before, types: learned });
}

/** The known paths and types with those of a run added; a parent comes before its children in a shape. */
function learn(baseline: Baseline, { shape }: Observed, held: Held): KnownField[] {
  const known = new Map(baseline.known.map((field) => [field.path, field]));
  const children = new Map<string, number>();
  for (const path of known.keys()) {
    const parent = parentOf(path);
    if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  for (const field of shape.fields) learnField(field, known, children, held);
  return [...known.values()].sort(byPath);
}

/**
 * The baseline after a completed run. In evolve it takes up all that the run had; in the other modes only what was no
 * finding, for that can never be acknowledged: what was asked for, or comes within what was always null.
 */
export function settle(
  baseline: Baseline,
  run: Observed,
  fields: PayloadFields,
  findings: readonly DriftFinding[],
  mode: DriftMode,
): Baseline {
  const held = heldBy(findings, mode);
  const known = learn(baseline, run, held);
  const observation = observe({ known }, run, fields);
  return {
    known: known.map((field) =>
      held.lost.has(field.path) ? field : { ...field, last: observation.seen(field) ?? field.last },
    ),
  };
}
