import { jsonb, primaryKey } from '../../drizzle.ts';
import { z } from 'zod';
import type { EventHeader } from '../../log/event.ts';
import { count, readSchema, text } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/**
 * The pages so far of a stream's run that has several, each with its coins: what came on an earlier page does not count
 * again. Gone once the run is over, or another begins. A row per page, since a row per coin, changed with every sweep,
 * took 2.6 s of a rebuild's 10.
 */
export const sweptPage = readSchema.table(
  'swept_page',
  {
    stream: text('stream').notNull(),
    version: count('version').notNull(),
    runId: text('run_id').notNull(),
    sourceCoinIds: jsonb('source_coin_ids').$type<string[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.version] })],
);
export const sweptPageTable: ReadTable = { table: sweptPage, indexes: [] };

/** The run that a stream is in the middle of, and the coins it has had. */
export interface Sweep {
  runId: string;
  seen: Set<string>;
}

/** By stream. */
export type Sweeps = Map<string, Sweep>;

/** What an event does to its stream's sweep: a page more, or the end of it. */
export type SweepStep =
  | { kind: 'page'; runId: string; sourceCoinIds: string[] }
  /** Nothing of it matters any more. */
  | { kind: 'over' };

// A file's chunks and a list that comes in one piece have no page.
const page = z.object({ page: z.number(), last: z.boolean().optional() });
const isEnd = (event: EventHeader): boolean =>
  /^run\.(completed|failed|deferred|abandoned)$/.test(event.type);

/** Whether further pages of its run may follow a page, or it is the last; null for what is no page. */
function placeOf(event: EventHeader): 'last' | 'before others' | null {
  const parsed = event.type === 'page.fetched' ? page.safeParse(event.metadata).data : undefined;
  if (!parsed) return null;
  return parsed.last ? 'last' : 'before others';
}

const nothing: ReadonlySet<string> = new Set();

/** The coins that came on earlier pages of an event's run. */
export function seenBefore(sweeps: Sweeps, event: EventHeader): ReadonlySet<string> {
  const sweep = sweeps.get(event.stream);
  return sweep?.runId === event.runId ? sweep.seen : nothing;
}

/**
 * Takes an event with the coins it had into its stream's sweep, and tells what that changes; null: nothing. A ranking
 * shifts while its pages are read: a coin on two of them is one coin, seen once.
 */
export function takeIntoSweep(
  sweeps: Sweeps,
  event: EventHeader,
  sourceCoinIds: readonly string[],
): SweepStep | null {
  const { stream, runId } = event;
  if (runId === null) return null;
  const place = placeOf(event);
  const sweep = sweeps.get(stream);
  if (place === 'before others') {
    const seen = sweep?.runId === runId ? sweep.seen : new Set<string>();
    for (const id of sourceCoinIds) seen.add(id);
    sweeps.set(stream, { runId, seen });
    return { kind: 'page', runId, sourceCoinIds: [...sourceCoinIds] };
  }
  if (sweep?.runId !== runId || !(place === 'last' || isEnd(event))) return null;
  sweeps.delete(stream);
  return { kind: 'over' };
}

/**
 * $1: the pages that a batch adds, as a JSON list with the columns' names as keys, $2: the run that each stream is in
 * the middle of after it, as a JSON object; null for none.
 */
export const writeSweptPages = `
  with current as materialized (
    select key as stream, value as run_id from jsonb_each_text($2::text::jsonb)
  ), gone as (
    delete from swept_page p using current c where p.stream = c.stream and p.run_id is distinct from c.run_id
  )
  insert into swept_page (stream, version, run_id, source_coin_ids)
  select stream, version, run_id, source_coin_ids
  from jsonb_to_recordset($1::text::jsonb) as p (stream text, version bigint, run_id text, source_coin_ids jsonb)`;
