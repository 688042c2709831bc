import { Float, Int, ObjectType } from 'type-graphql';
import type { WindowRuns } from '../../../read/graphql/performance.ts';
import { partStarts, type Hours } from '../../../read/last-hours.ts';
import type { TrendRow } from '../../../read/rest/run-trend.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime, SafeInt } from '../scalars.ts';

@ObjectType({ description: 'The runs of one source in a window of time.', simpleResolvers: true })
export class SourcePerformance {
  @Required(() => String, 'The source.')
  source: string;

  @Required(() => Int, 'Runs that began in the window.')
  runs: number;

  @Required(() => Int, 'Those of them that completed.')
  completed: number;

  @Required(() => Int, 'Those of them that failed or were abandoned.')
  failed: number;

  @Optional(() => Float, 'Half of the completed runs took no longer, in milliseconds; null without one.')
  durationMsP50: number | null;

  @Required(() => SafeInt, 'Records read.')
  records: number;
}

@ObjectType({ description: 'One part of a window of time.', simpleResolvers: true })
export class PerformanceBucket {
  @Required(() => DateTime, 'Where it begins; it lasts until the next one.')
  start: Date;

  @Required(() => Int, 'Runs that began in it.')
  runs: number;

  @Required(() => Int, 'Those of them that failed or were abandoned.')
  failed: number;

  @Required(() => SafeInt, 'Records read.')
  records: number;

  @Optional(() => Float, 'Half of the completed runs took no longer, in milliseconds; null without one.')
  durationMsP50: number | null;
}

@ObjectType({ description: 'How runs went in the last hours, up to now.', simpleResolvers: true })
export class Performance {
  @Required(() => Int, 'How many hours, as asked.')
  hours: number;

  @Required(() => Int, 'Runs that began in them.')
  runs: number;

  @Required(() => Int, 'Those of them that completed.')
  completed: number;

  @Required(() => Int, 'Those of them that failed or were abandoned.')
  failed: number;

  @Optional(() => Float, 'Completed ones of all that ended, from 0 to 1; null when none has ended.')
  successRate: number | null;

  @Optional(() => Float, 'Half of the completed runs took no longer, in milliseconds; null without one.')
  durationMsP50: number | null;

  @Optional(() => Float, 'Of a hundred completed runs 95 took no longer, in milliseconds; null without one.')
  durationMsP95: number | null;

  @Required(() => Float, 'Records read an hour.')
  recordsPerHour: number;

  @Required(() => [SourcePerformance], 'Each source that had a run, by name.')
  bySource: SourcePerformance[];

  @Required(
    () => [PerformanceBucket],
    'The window in equal parts, oldest first: an hour each up to two days, else six.',
  )
  trend: PerformanceBucket[];
}

function bucketsOf(rows: readonly TrendRow[], window: Hours): PerformanceBucket[] {
  const byPart = new Map(rows.map((row) => [row.part, row]));
  return partStarts(window).map((start, part) => {
    const row = byPart.get(part);
    const median = row?.durationMedian ?? null;
    return {
      start,
      runs: row?.runs ?? 0,
      failed: row?.failed ?? 0,
      records: row?.recordsRead ?? 0,
      durationMsP50: median === null ? null : median * 1000,
    };
  });
}

/** Pure: what the runs of a window come to. The first row is that of all sources. */
export function performanceOf(
  [all, ...bySource]: readonly WindowRuns[],
  trend: readonly TrendRow[],
  window: Hours,
): Performance {
  const { runs, completed, failed, records, durationMsP50, durationMsP95 } = all ?? {
    runs: 0,
    completed: 0,
    failed: 0,
    records: 0,
    durationMsP50: null,
    durationMsP95: null,
  };
  return {
    hours: window.hours,
    runs,
    completed,
    failed,
    successRate: completed + failed === 0 ? null : completed / (completed + failed),
    durationMsP50,
    durationMsP95,
    recordsPerHour: records / window.hours,
    bySource: bySource.map(({ source, ...row }) => ({ ...row, source: source ?? '' })),
    trend: bucketsOf(trend, window),
  };
}
