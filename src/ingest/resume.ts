import { z } from 'zod';
import { readAcknowledged } from '../control/drift-decisions.ts';
import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { Metadata } from '../log/event.ts';
import { findVersion } from '../log/read.ts';
import type { PollSettings } from '../sources/source.ts';
import { newRunId, startedId } from './run-facts.ts';
import { findUnfinishedRun, type RunStream, type UnfinishedRun } from './run-stream.ts';

/** What a run was begun with, beside its requests; in its first event, so that every rebuild judges it the same. */
export interface RunTerms {
  /** A run with more rejected records than this has failed. Null: no such limit. */
  rejectLimitRecords: number | null;
  rejectLimitPercent: number;
}

/** What an operator has acknowledged until now: only what stands in a run's own events decides how they are folded. */
async function acknowledgedBy(sql: Sql, contract: string | null): Promise<Metadata> {
  return contract === null || contract === 'evolve' ? {} : { acknowledged: await readAcknowledged(sql) };
}

export interface StartDeps {
  sql: Sql;
  archive: Archive;
  stream: RunStream;
  source: string;
  /** Null for a file. */
  settings: PollSettings | null;
  terms: RunTerms;
  /** How the folds are to treat records that differ; null for a file. */
  contract: string | null;
  reason: string;
  now: () => Date;
  /** For a file: its name, and the id of the event that opens this reading of it. */
  file?: { name: string; openedId: string };
}

export interface StartedRun {
  runId: string;
  /** As at the run's own start: a resumed run goes on with what it began with. Null for a file. */
  settings: PollSettings | null;
  firstPage: number;
  attempts: number;
  /** The last page is there already; only the run's end is missing. */
  complete: boolean;
  /** The first page is there and has nothing. */
  empty: boolean;
  /** The version of `run.started`. */
  startedAtVersion: number;
}

// An upstream's ranking moves: pages fetched later than this would not belong to one sweep.
const freshMs = 10 * 60_000;

const runParams = ({ plan, currency, pages }: PollSettings): Metadata => ({ plan, currency, pages });

const recordedParams = z.object({
  params: z.object({
    plan: z.string(),
    currency: z.string(),
    pages: z.union([z.number(), z.literal('all')]),
  }),
});
const recordedPage = z.object({
  page: z.number(),
  records: z.number().optional(),
  last: z.boolean().optional(),
});
const pageTypes = new Set(['page.fetched', 'page.unchanged']);

/** Where an interrupted poll goes on, or null when it has to be given up: too old, or its plan is another one. */
function continuation(unfinished: UnfinishedRun, settings: PollSettings, now: Date): StartedRun | null {
  const recorded = recordedParams.safeParse(unfinished.started.metadata);
  if (!recorded.success || now.getTime() - unfinished.started.receivedAt.getTime() > freshMs) return null;
  const { plan, currency, pages } = recorded.data.params;
  if (plan !== settings.plan) return null;
  const fetched = unfinished.events.filter(({ type }) => pageTypes.has(type));
  const parsed = fetched.map((event) => recordedPage.parse(event.metadata));
  const attempts = unfinished.events.filter((event) => event.type.startsWith('page.')).length;
  return {
    runId: unfinished.runId,
    settings: { ...settings, currency, pages },
    firstPage: Math.max(0, ...parsed.map(({ page }) => page)) + 1,
    attempts,
    complete: parsed.some(({ last }) => last),
    empty: parsed.some(({ page, records }) => page === 1 && records === 0),
    startedAtVersion: unfinished.started.version,
  };
}

/** An interrupted file goes on however old it is: its bytes are the same, and its rows count in one run. */
function fileContinuation(unfinished: UnfinishedRun, openedId: string | undefined): StartedRun | null {
  if (!unfinished.events.some(({ eventId }) => eventId === openedId)) return null;
  return {
    runId: unfinished.runId,
    settings: null,
    firstPage: 1,
    attempts: 0,
    complete: false,
    empty: false,
    startedAtVersion: unfinished.started.version,
  };
}

/** Records that a run which a crash left without an end will have none. */
async function abandon(stream: RunStream, { runId }: UnfinishedRun, now: Date): Promise<void> {
  const message = 'The process that ran it ended before the run did.';
  await stream.fact(runId, 'run.abandoned', 0, now, { error: { code: 'ABANDONED', message } });
}

type EndOfFeed = Pick<StartDeps, 'sql' | 'archive' | 'stream' | 'now'>;

/** Abandons what a crash left at the end of a feed that nobody goes on with. */
export async function settleUnfinished({ sql, archive, stream, now }: EndOfFeed): Promise<void> {
  const unfinished = await findUnfinishedRun(sql, archive, stream.stream);
  if (unfinished) await abandon(stream, unfinished, now());
}

/** Whether a crash left a poll that can be gone on with. One that cannot is abandoned here. */
export async function keepFreshRun(end: EndOfFeed, settings: PollSettings): Promise<boolean> {
  const { sql, archive, stream, now } = end;
  const unfinished = await findUnfinishedRun(sql, archive, stream.stream);
  if (!unfinished) return false;
  if (continuation(unfinished, settings, now())) return true;
  await abandon(stream, unfinished, now());
  return false;
}

/** Goes on with the run that a crash left unfinished, or records it as abandoned and starts a new one. */
export async function resumeOrStart(deps: StartDeps): Promise<StartedRun> {
  const { sql, archive, stream, source, settings, terms, contract, reason, now, file } = deps;
  const unfinished = await findUnfinishedRun(sql, archive, stream.stream);
  if (unfinished) {
    const resumed = settings
      ? continuation(unfinished, settings, now())
      : fileContinuation(unfinished, file?.openedId);
    if (resumed) return resumed;
    await abandon(stream, unfinished, now());
  }
  const runId = newRunId(source, now());
  const params: Metadata = settings ? { params: runParams(settings) } : { file: file?.name ?? '' };
  const limits: Metadata = { records: terms.rejectLimitRecords, percent: terms.rejectLimitPercent };
  await stream.fact(runId, 'run.started', 0, now(), {
    source,
    feed: stream.stream,
    reason,
    reject_limit: limits,
    ...params,
    ...(await acknowledgedBy(sql, contract)),
  });
  const startedAtVersion = (await findVersion(sql, stream.stream, startedId(runId))) ?? 0;
  return { runId, settings, firstPage: 1, attempts: 0, complete: false, empty: false, startedAtVersion };
}
