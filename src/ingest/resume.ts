import { z } from 'zod';
import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { Metadata } from '../log/event.ts';
import type { PollSettings } from '../sources/source.ts';
import { newRunId } from './run-facts.ts';
import { findUnfinishedRun, type RunStream, type UnfinishedRun } from './run-stream.ts';

export interface StartDeps {
  sql: Sql;
  archive: Archive;
  stream: RunStream;
  source: string;
  /** Null for a file. */
  settings: PollSettings | null;
  reason: string;
  now: () => Date;
  file?: string;
}

export interface StartedRun {
  runId: string;
  /** As at the run's own start: a resumed run goes on with what it began with. */
  settings: PollSettings;
  firstPage: number;
  attempts: number;
}

// An upstream's ranking moves: pages fetched later than this would not belong to one sweep.
const freshMs = 10 * 60_000;

const noSettings: PollSettings = {
  baseUrl: '',
  headers: {},
  plan: '',
  requestsPerMinute: 1,
  currency: '',
  pages: 0,
};

const runParams = ({ plan, currency, pages }: PollSettings): Metadata => ({ plan, currency, pages });

const recordedParams = z.object({
  params: z.object({ plan: z.string(), currency: z.string(), pages: z.number() }),
});
const recordedPage = z.object({ page: z.number() });

/** Where an interrupted poll goes on, or null when it has to be given up: too old, or its settings have changed. */
function continuation(unfinished: UnfinishedRun, settings: PollSettings, now: Date): StartedRun | null {
  const recorded = recordedParams.safeParse(unfinished.started.metadata);
  if (!recorded.success || now.getTime() - unfinished.started.receivedAt.getTime() > freshMs) return null;
  const { plan, currency, pages } = recorded.data.params;
  if (plan !== settings.plan) return null;
  const fetched = unfinished.events.filter((event) => event.type === 'page.fetched');
  const lastPage = Math.max(0, ...fetched.map((event) => recordedPage.parse(event.metadata).page));
  const attempts = unfinished.events.filter((event) => event.type.startsWith('page.')).length;
  return {
    runId: unfinished.runId,
    settings: { ...settings, currency, pages },
    firstPage: lastPage + 1,
    attempts,
  };
}

/** Goes on with the run that a crash left unfinished, or records it as abandoned and starts a new one. */
export async function resumeOrStart({
  sql,
  archive,
  stream,
  source,
  settings,
  reason,
  now,
  file,
}: StartDeps): Promise<StartedRun> {
  const unfinished = await findUnfinishedRun(sql, archive, stream.stream);
  if (unfinished) {
    const resumed = settings && continuation(unfinished, settings, now());
    if (resumed) return resumed;
    await stream.fact(unfinished.runId, 'run.abandoned', 0, now(), {
      error: {
        code: 'ABANDONED',
        message: 'The process that ran it ended before the run did; a new run took its place.',
      },
    });
  }
  const runId = newRunId(source, now());
  const params: Metadata = settings ? { params: runParams(settings) } : { file: file ?? '' };
  await stream.fact(runId, 'run.started', 0, now(), { source, feed: stream.stream, reason, ...params });
  return { runId, settings: settings ?? noSettings, firstPage: 1, attempts: 0 };
}
