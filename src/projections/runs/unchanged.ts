import { z } from 'zod';
import type { EventHeader } from '../../log/event.ts';
import { noRecords, type RecordCounts } from './fold.ts';

const unchangedPage = z.object({ records: z.number(), of: z.object({ version: z.number() }) });

/** The event that has the bytes of an unchanged page, and how many records they are; null for any other event. */
export function unchangedOf(event: EventHeader): { version: number; records: number } | null {
  if (event.type !== 'page.unchanged') return null;
  const { records, of } = unchangedPage.parse(event.metadata);
  return { version: of.version, records };
}

/** What stood against an event when it was folded. */
export interface StandingOf {
  rejected: number;
  /** No fold could read it. */
  dead: boolean;
}

/** Pure: the same bytes again are the same again, what was rejected of them too. */
export const countsOfUnchanged = (records: number, { rejected }: StandingOf): RecordCounts => ({
  ...noRecords,
  read: records,
  rejected: Math.min(rejected, records),
  duplicates: Math.max(0, records - rejected),
});

/** $1: stream, $2: versions. What stands against events that were folded before. */
export const readStanding = `
  select v.version, (select count(*) from rejected_record r where r.stream = $1 and r.version = v.version) as rejected,
    exists (select from dead_letter d where d.stream = $1 and d.version = v.version) as dead
  from unnest($2::bigint[]) as v (version)`;
