import type { DriftFinding } from './finding.ts';
import { contentLikeness, nameLikeness, type Content } from './likeness.ts';
import type { Observation } from './observation.ts';
import { nameOf, parentOf } from './path.ts';

/** `current_price` to `price_usd` scores 0.7; two fields that only hold alike numbers 0.5. */
const scoreMin = 0.6;
const nameWeight = 0.5;
const contentWeight = 0.4;
const presenceWeight = 0.1;

interface Candidate {
  lost: DriftFinding;
  added: DriftFinding;
  score: number;
}

const childrenOf = (parent: string, paths: Iterable<string>): string[] =>
  [...paths].filter((path) => path !== '' && parentOf(path) === parent).map(nameOf);

/** Null where the two have nothing in common. */
function scoreOf(from: string, to: string, { known, observed }: Observation): number | null {
  const [before, now] = [known.get(from)?.last, observed.get(to)];
  if (!before || now === undefined) return null;
  const was: Content = { counts: before, children: childrenOf(from, known.keys()) };
  const is: Content = { counts: now, children: childrenOf(to, observed.keys()) };
  const content = contentLikeness(was, is);
  if (content === null) return null;
  const nulls = Math.abs(before.nulls / Math.max(1, before.present) - now.nulls / Math.max(1, now.present));
  const name = nameLikeness(nameOf(from), nameOf(to));
  return nameWeight * name + contentWeight * content + presenceWeight * (1 - nulls);
}

function candidatesOf(
  lost: readonly DriftFinding[],
  added: readonly DriftFinding[],
  observation: Observation,
): Candidate[] {
  return lost.flatMap((one) =>
    added.flatMap((other): Candidate[] => {
      if (parentOf(one.path) !== parentOf(other.path)) return [];
      const score = scoreOf(one.path, other.path, observation);
      return score === null || score < scoreMin ? [] : [{ lost: one, added: other, score }];
    }),
  );
}

const renamed = ({ lost, added, score }: Candidate): DriftFinding => ({
  kind: 'RENAMED',
  path: lost.path,
  before: lost.path,
  after: added.path,
  count: added.count,
  sample: added.sample,
  score: Math.round(score * 100) / 100,
});

/** Puts a lost and an added field together where the one is likely the other: the likeliest pair first, each once. */
export function pairRenames(
  lost: readonly DriftFinding[],
  added: readonly DriftFinding[],
  observation: Observation,
): DriftFinding[] {
  const taken = new Set<DriftFinding>();
  const renames: DriftFinding[] = [];
  const candidates = candidatesOf(lost, added, observation).sort((a, b) => b.score - a.score);
  for (const candidate of candidates) {
    if (taken.has(candidate.lost) || taken.has(candidate.added)) continue;
    taken.add(candidate.lost).add(candidate.added);
    renames.push(renamed(candidate));
  }
  return [...renames, ...[...lost, ...added].filter((finding) => !taken.has(finding))];
}
