import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { compareRunsOf } from '../../../read/compare-runs.ts';
import { readAnomaliesBetween } from '../../../read/anomalies-between.ts';
import { lastHours } from '../../../read/last-hours.ts';
import { runIdOf } from '../../../read/graphql/node-id.ts';
import { wrongInput } from '../../../read/graphql/page-request.ts';
import { readWindowRuns } from '../../../read/graphql/performance.ts';
import { readRunTrend } from '../../../read/rest/run-trend.ts';
import type { GraphqlContext } from '../context.ts';
import { Costs, Unversioned } from '../field-rules.ts';
import { Performance, performanceOf } from '../types/performance.ts';
import { comparisonOf, RunComparison } from '../types/run-comparison.ts';

const hoursMax = 168;

@Resolver()
export class PerformanceResolver {
  @Unversioned()
  @Costs(10)
  @Query(() => Performance, {
    description: `How runs went in the last hours, up to now. Anything but 1 to ${hoursMax} hours is BAD_USER_INPUT.`,
  })
  async performance(
    @Arg('hours', () => Int, { defaultValue: 24, description: 'How many hours back.' }) hours: number,
    @Ctx() { reads, askedAt }: GraphqlContext,
  ): Promise<Performance> {
    if (hours < 1 || hours > hoursMax) throw wrongInput(`hours must be from 1 to ${hoursMax}.`);
    const window = lastHours(hours, askedAt);
    const [totals, trend] = await Promise.all([
      reads.read((sql) => readWindowRuns(sql, window)),
      reads.read((sql) => readRunTrend(sql, window)),
    ]);
    return performanceOf(totals, trend, window);
  }

  // Reads the pages of both runs from the log, which an archive or a redaction may take from there.
  @Unversioned()
  @Costs(100)
  @Query(() => RunComparison, {
    nullable: true,
    description:
      'Two runs of one source, and what became of its coins between them. Null when one of them is not there; BAD_USER_INPUT for runs of different sources.',
  })
  async compareRuns(
    @Arg('base', () => ID, { description: 'The run to compare with, as `run:<id>` or by the id alone.' })
    base: string,
    @Arg('other', () => ID, { description: 'The run that is compared.' }) other: string,
    @Ctx() { reads, runs, archive }: GraphqlContext,
  ): Promise<RunComparison | null> {
    const ids = { base: runIdOf(base), other: runIdOf(other) };
    const [first, second] = await Promise.all([runs.load(ids.base), runs.load(ids.other)]);
    if (!first || !second) return null;
    const { source } = first;
    if (source !== second.source)
      throw wrongInput(`A run of ${source} cannot be compared with one of ${second.source}.`);
    const compared = await reads.read((sql) => compareRunsOf(sql, { source, ...ids }, archive));
    const anomalies = await reads.read((sql) =>
      readAnomaliesBetween(sql, { source, runIds: Object.values(ids) }),
    );
    return comparisonOf({ base: first, other: second }, compared, anomalies);
  }
}
