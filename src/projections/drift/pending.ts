import { knownByPath, type Baseline, type KnownField, type KnownTypes, type Observed } from './baseline.ts';
import type { DriftFinding } from './finding.ts';
import { jsonTypes, type JsonType } from './json-type.ts';
import { byPath, isWithin } from './path.ts';

/** What the acknowledgement of a drift will change in the contract. */
export interface Pending {
  driftId: string;
  adds: readonly KnownTypes[];
  /** A path that goes, with all beneath it. */
  removes: string | null;
}

/** Far more than anyone leaves lying. The oldest goes; a drift that is still there is reported again and is back. */
const pendingMax = 500;

/** A path with all that the run had beneath it; a map's `*` is in no run. */
function within(top: string, { shape }: Observed): KnownTypes[] {
  const found = shape.fields
    .filter(({ path }) => isWithin(path, top))
    .map(({ path, types }) => ({ path, types: jsonTypes.filter((type) => types[type] !== undefined) }));
  return found.length > 0 ? found : [{ path: top, types: [] }];
}

const isJsonType = (text: string | null): text is JsonType => jsonTypes.some((type) => type === text);

/** Null for a finding that the contract says nothing of. */
function pendingOf(driftId: string, { kind, path, after }: DriftFinding, run: Observed): Pending | null {
  switch (kind) {
    case 'FIELD_ADDED':
      return { driftId, adds: within(path, run), removes: null };
    case 'FIELD_LOST':
      return { driftId, adds: [], removes: path };
    case 'RENAMED':
      return { driftId, adds: after === null ? [] : within(after, run), removes: path };
    case 'TYPE_CHANGED':
      return { driftId, adds: isJsonType(after) ? [{ path, types: [after] }] : [], removes: null };
    default:
      return null;
  }
}

/** What waits for an operator after a run. A path that is back is not to be removed by a late acknowledgement. */
export function pendingAfter(
  pending: readonly Pending[],
  found: readonly { id: string; finding: DriftFinding }[],
  run: Observed,
): Pending[] {
  const present = new Set(run.shape.fields.map(({ path }) => path));
  const fresh = found.flatMap(({ id, finding }) => pendingOf(id, finding, run) ?? []);
  const renewed = new Set(fresh.map(({ driftId }) => driftId));
  const kept = pending.filter(
    ({ driftId, removes }) => !renewed.has(driftId) && (removes === null || !present.has(removes)),
  );
  return [...kept, ...fresh].slice(-pendingMax);
}

/** The baseline with what an acknowledged drift says: the only thing that changes a contract. */
export function accept({ known }: Baseline, { adds, removes }: Pending): Baseline {
  const kept = known.filter(({ path }) => removes === null || !isWithin(path, removes));
  const byName = knownByPath<KnownField>(kept);
  for (const { path, types } of adds) {
    const field = byName.get(path) ?? { path, types: [], last: null };
    const joined = jsonTypes.filter((type) => field.types.includes(type) || types.includes(type));
    byName.set(path, { ...field, types: joined });
  }
  return { known: [...byName.values()].sort(byPath) };
}
