import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { EventHeader } from '../log/event.ts';
import { readEvent, readHeaders } from '../log/read.ts';
import type { PollFeed, RankedCoin } from '../sources/source.ts';
import { z } from 'zod';

/** What a sweep by rank got, as far as its pages tell. */
export interface SweepSummary {
  coins: number;
  /** Coins that came again, on a later page or the same: a ranking shifts between two requests. */
  repeated: number;
  /** Ranks between the first and the last that no page has, as `251-252, 380`; empty when there are none. */
  rankGaps: string;
}

const rangesMax = 20;

function describeRanges(missing: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const rank of missing) {
    const last = ranges.at(-1);
    if (last && last[1] === rank - 1) last[1] = rank;
    else ranges.push([rank, rank]);
  }
  const shown = ranges.slice(0, rangesMax).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  return shown.join(', ') + (ranges.length > rangesMax ? `, and ${ranges.length - rangesMax} more` : '');
}

/** Pure: the summary of all coins of a sweep, in the order they came. */
export function summariseSweep(coins: readonly RankedCoin[]): SweepSummary {
  const ids = new Set(coins.map(({ sourceCoinId }) => sourceCoinId));
  const ranks = new Set(coins.flatMap(({ rank }) => rank ?? []));
  const lastRank = [...ranks].reduce((most, rank) => Math.max(most, rank), 0);
  const missing: number[] = [];
  // A stray rank in the millions must not make a list of that length.
  for (let rank = 1; rank < Math.min(lastRank, 4 * coins.length); rank += 1)
    if (!ranks.has(rank)) missing.push(rank);
  return { coins: ids.size, repeated: coins.length - ids.size, rankGaps: describeRanges(missing) };
}

const reference = z.object({ of: z.object({ version: z.number() }) });

/** The event that has a page's bytes: itself, or the one that it was found equal to. */
const bytesOf = (event: EventHeader): number =>
  event.type === 'page.unchanged' ? reference.parse(event.metadata).of.version : event.version;

// As many as a poll can have at the most, failed attempts included.
const eventsOfASweep = 1_100;

/** Reads a run's pages back from the log, those of before a crash among them; null for a feed without ranks. */
export async function readSweep(
  sql: Sql,
  archive: Archive,
  feed: PollFeed,
  run: { runId: string; startedAtVersion: number },
): Promise<SweepSummary | null> {
  if (!feed.rankedCoins) return null;
  const headers = await readHeaders(sql, feed.stream, run.startedAtVersion, {
    archive,
    limit: eventsOfASweep,
  });
  const pages = headers.filter(
    ({ runId, type }) => runId === run.runId && (type === 'page.fetched' || type === 'page.unchanged'),
  );
  if (pages.length < 2) return null;
  const coins: RankedCoin[] = [];
  for (const page of pages) {
    const event = await readEvent(sql, feed.stream, bytesOf(page), archive);
    if (event && !event.redacted) coins.push(...feed.rankedCoins(event.payload));
  }
  return summariseSweep(coins);
}
