import type { RunState } from '../projections/runs/fold.ts';
import type { FoldedEvent } from './fold-event.ts';
import { countsOf, type OutcomesByEvent } from './outcomes.ts';

export const recordOutcomes = ['accepted', 'revised', 'rejected', 'duplicates', 'skipped'] as const;
export type RecordOutcome = (typeof recordOutcomes)[number];

/** What a committed batch changed, for those who count: metrics. */
export interface BatchEffects {
  records: { source: string; outcome: RecordOutcome; count: number }[];
  runsEnded: { source: string; status: string }[];
}

/** Pure. */
export function effectsOf(
  batch: readonly FoldedEvent[],
  outcomes: OutcomesByEvent,
  ended: readonly RunState[],
): BatchEffects {
  const records = batch.flatMap((folded) => {
    if (folded.kind === 'dead' || folded.source === null || folded.records === null) return [];
    const { source } = folded;
    const counts = countsOf(folded, outcomes);
    return recordOutcomes.map((outcome) => ({ source, outcome, count: counts[outcome] }));
  });
  return {
    records: records.filter(({ count }) => count > 0),
    runsEnded: ended.map(({ source, status }) => ({ source, status })),
  };
}
