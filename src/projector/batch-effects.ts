import type { RunEffects } from './write-runs.ts';

export const recordOutcomes = ['accepted', 'revised', 'rejected', 'duplicates', 'skipped'] as const;
export type RecordOutcome = (typeof recordOutcomes)[number];

/** What a committed batch changed, for those who count: metrics. */
export interface BatchEffects {
  records: { source: string; outcome: RecordOutcome; count: number }[];
  runsEnded: { source: string; status: string }[];
}

/** Pure. */
export function effectsOf({ ended, records }: RunEffects): BatchEffects {
  return {
    records: records
      .flatMap(({ source, counts }) =>
        recordOutcomes.map((outcome) => ({ source, outcome, count: counts[outcome] })),
      )
      .filter(({ count }) => count > 0),
    runsEnded: ended.map(({ source, status }) => ({ source, status })),
  };
}
