import type { Sql } from '../database/client.ts';

/** What a rebuild is at, in this order. */
export type RebuildPhase =
  'folding' | 'summing up' | 'indexing' | 'comparing' | 'catching up' | 'swapping' | 'done';

export interface RebuildProgress {
  phase: RebuildPhase;
  events: number;
  total: number;
  /** Staged and put aside: what the events came to. */
  rows: number;
}

export type RebuildKind = 'swap' | 'verify' | 'until';

/** How it ended. */
export type RebuildEnd =
  | { status: 'swapped' }
  | { status: 'verified' | 'different'; differences: number }
  | { status: 'failed'; error: string };

/** One rebuild as others see it, in `control.rebuild`. */
export interface RebuildRecord {
  id: string;
  /** What was reported last. */
  progress(): RebuildProgress;
  /** Written now and then: a rebuild waits for no looker-on. */
  report(progress: Partial<RebuildProgress>): void;
  end(end: RebuildEnd): Promise<void>;
}

export interface RebuildRequest {
  kind: RebuildKind;
  holder: string;
  reason: string;
}

// Often enough for a progress bar.
const writeEveryMs = 250;
const recordsKept = 100;

/** Ends the records that a kill left without an end. The lease of all rebuilds is held. */
export async function failUnended(sql: Sql): Promise<void> {
  await sql`
    update control.rebuild set status = 'failed', error = 'its process ended before it did', ended_at = now()
    where status = 'running'`;
}

/** Begins a record. The lease of all rebuilds is held. */
export async function openRebuildRecord(
  sql: Sql,
  { kind, holder, reason }: RebuildRequest,
  onProgress: (progress: RebuildProgress) => void = () => undefined,
): Promise<RebuildRecord> {
  await failUnended(sql);
  await sql`
    delete from control.rebuild where id in (
      select id from control.rebuild order by started_at desc offset ${recordsKept - 1})`;
  const id = crypto.randomUUID();
  await sql`
    insert into control.rebuild (id, kind, holder, reason, status, phase, events_done, events_total, rows, started_at, updated_at)
    values (${id}, ${kind}, ${holder}, ${reason}, 'running', 'folding', 0, 0, 0, now(), now())`;
  let now: RebuildProgress = { phase: 'folding', events: 0, total: 0, rows: 0 };
  let writtenAt = 0;
  let writing: Promise<unknown> = Promise.resolve();

  const write = (): void => {
    writtenAt = performance.now();
    const { phase, events, total, rows } = now;
    // A look-on that fails once is no reason to stop.
    writing = sql`
      update control.rebuild set phase = ${phase}, events_done = ${events}, events_total = ${total}, rows = ${rows},
        updated_at = now()
      where id = ${id} and status = 'running'`.catch(() => undefined);
  };

  return {
    id,
    progress: () => now,
    report(progress) {
      const isNewPhase = progress.phase !== undefined && progress.phase !== now.phase;
      now = { ...now, ...progress };
      onProgress(now);
      if (isNewPhase || performance.now() - writtenAt >= writeEveryMs) write();
    },
    async end(end) {
      await writing;
      const { events, total, rows } = now;
      await sql`
        update control.rebuild set status = ${end.status}, phase = 'done', events_done = ${events},
          events_total = ${total}, rows = ${rows}, ended_at = now(), updated_at = now(),
          differences = ${'differences' in end ? end.differences : null}, error = ${'error' in end ? end.error : null}
        where id = ${id}`;
    },
  };
}
