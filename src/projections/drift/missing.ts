import type { KnownField, LastSeen } from './baseline.ts';
import { classOf } from './fields.ts';
import { mainType, typesText, type DriftFinding } from './finding.ts';
import type { Observation } from './observation.ts';
import { isMemberPath } from './path.ts';

/** How unlikely chance must be before it is ruled out: a few dozen fields are asked about with every run. */
const chanceMax = 0.001;
/** The normal deviate of that chance, both ways. */
const deviateMin = 3.29;
const jumpMin = 0.2;
/** Below it, shares say nothing and the normal approximation does not hold. */
const parentsMin = 20;

/** Both times there were parents to have the field; `before` is not null. */
interface Pair {
  field: KnownField;
  before: LastSeen;
  now: LastSeen;
}

/** The known fields of which both the run and one before it could tell. */
function pairsOf(observation: Observation): Pair[] {
  return [...observation.known.values()].flatMap((field) => {
    const now = field.last === null || isMemberPath(field.path) ? null : observation.seen(field);
    return now === null || field.last === null ? [] : [{ field, before: field.last, now }];
  });
}

/** Whether a field that a share of the records had is in none of them for another reason than chance. */
function isLost({ field, before, now }: Pair, { fields }: Observation): boolean {
  if (before.present === 0 || now.present > 0) return false;
  const share = Math.min(1, before.present / before.parents);
  return classOf(field.path, fields) === 'required' || (1 - share) ** now.parents < chanceMax;
}

/** The fields that are gone. With a whole object gone, nothing can be said of its children, and nothing is. */
export function findLost(observation: Observation): DriftFinding[] {
  return pairsOf(observation)
    .filter((pair) => isLost(pair, observation))
    .map(({ field, before, now }) => ({
      kind: 'FIELD_LOST',
      path: field.path,
      before: typesText(field.types),
      after: null,
      count: now.parents,
      sample: mainType(before)?.sample ?? null,
      score: null,
    }));
}

/** Null and absent are one: an API's way of saying "unknown" is not its schema. */
const missingIn = ({ parents, present, nulls }: LastSeen): number => Math.max(0, parents - present) + nulls;

/** In tens, so that shares which waver around the same two levels are the same finding each time. */
const about = (share: number): string => `about ${Math.round(share * 10) * 10}% null or absent`;

/** The two-proportion test, on top of a least difference: with thousands of records a trifle is significant too. */
function isJump(before: LastSeen, now: LastSeen): boolean {
  if (Math.min(before.parents, now.parents) < parentsMin) return false;
  const difference = missingIn(now) / now.parents - missingIn(before) / before.parents;
  const pooled = (missingIn(before) + missingIn(now)) / (before.parents + now.parents);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / before.parents + 1 / now.parents));
  return Math.abs(difference) >= jumpMin && Math.abs(difference) >= deviateMin * deviation;
}

function jumped({ field, before, now }: Pair): DriftFinding {
  const [from, to] = [missingIn(before) / before.parents, missingIn(now) / now.parents];
  return {
    kind: 'NULLS_JUMPED',
    path: field.path,
    before: about(from),
    after: `${to > from ? 'up' : 'down'} to ${about(to)}`,
    count: to > from ? missingIn(now) : now.parents - missingIn(now),
    sample: mainType(now)?.sample ?? null,
    score: null,
  };
}

/**
 * The fields that are unknown far more or far less often than in the last run of the very same request: another
 * request is about other coins. One that was or is not there at all is new, lost or back, and no jump.
 */
export function findJumps(observation: Observation): DriftFinding[] {
  return pairsOf(observation)
    .filter(({ before, now }) => before.asked === now.asked && before.present > 0 && now.present > 0)
    .filter(({ before, now }) => isJump(before, now))
    .map(jumped);
}
