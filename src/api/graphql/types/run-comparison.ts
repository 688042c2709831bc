import { Float, ID, Int, ObjectType } from 'type-graphql';
import type { AnomalyRow } from '../../../read/anomalies.ts';
import type { RunsCompared } from '../../../read/compare-runs.ts';
import type { RunRow } from '../../../read/runs.ts';
import { Optional, Required } from '../fields.ts';
import { Anomaly, anomalyOf } from './anomaly.ts';
import { toFloat } from './numbers.ts';
import { Run, runOf } from './run.ts';

@ObjectType({ description: 'How the price of a coin went from one run to another.', simpleResolvers: true })
export class PriceMove {
  @Optional(() => ID, 'The coin that it belongs to; null where it belongs to none.')
  coinId: string | null;

  @Required(() => String, "The source's own id.")
  sourceCoinId: string;

  @Optional(() => Float, 'In the base run; null where it is beyond all doubles.')
  fromUsd: number | null;

  @Optional(() => Float, 'In the other one; null where it is beyond all doubles.')
  toUsd: number | null;

  @Optional(() => Float, 'From the one to the other, in percent of the first.')
  percent: number | null;
}

@ObjectType({
  description: 'Two runs of one source, and what became of its coins between them.',
  simpleResolvers: true,
})
export class RunComparison {
  @Required(() => Run, 'The run to compare with.')
  base: Run;

  @Required(() => Run, 'The run that is compared.')
  other: Run;

  @Optional(() => Float, 'How long the other took, of the base; null while either goes on.')
  durationRatio: number | null;

  @Required(() => Int, 'Records read: more (or, below zero, fewer) than in the base.')
  recordsDelta: number;

  @Required(() => Int, 'Records rejected, likewise.')
  rejectedDelta: number;

  @Required(() => [ID], "The source's ids that only the other run was told of.")
  coinsAdded: string[];

  @Required(() => [ID], "The source's ids that only the base was told of.")
  coinsLost: string[];

  @Required(() => [PriceMove], 'The largest moves first, at most 20.')
  largestPriceMoves: PriceMove[];

  @Required(
    () => [Anomaly],
    'What looked wrong with the source or one of its coins from the start of the earlier run until the one after the later began, the newest first, at most 100.',
  )
  anomalies: Anomaly[];
}

const ratioOf = (base: RunRow, other: RunRow): number | null =>
  base.durationMs === null || other.durationMs === null || base.durationMs === 0
    ? null
    : other.durationMs / base.durationMs;

/** A comparison as the API shows it. */
export const comparisonOf = (
  { base, other }: { base: RunRow; other: RunRow },
  { added, lost, moves, canonical }: RunsCompared,
  anomalies: readonly AnomalyRow[],
): RunComparison => ({
  base: runOf(base),
  other: runOf(other),
  durationRatio: ratioOf(base, other),
  recordsDelta: other.recordsRead - base.recordsRead,
  rejectedDelta: other.rejected - base.rejected,
  coinsAdded: added,
  coinsLost: lost,
  largestPriceMoves: moves.map(({ sourceCoinId, from, to, percent }) => ({
    coinId: canonical.get(sourceCoinId) ?? null,
    sourceCoinId,
    fromUsd: toFloat(from),
    toUsd: toFloat(to),
    percent,
  })),
  anomalies: anomalies.map(anomalyOf),
});
