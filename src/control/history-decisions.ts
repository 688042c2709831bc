import { z } from 'zod';
import type { Queryable } from '../database/client.ts';
import { readHeads } from '../log/read.ts';
import { operatorStream } from '../log/redactions.ts';
import { appendOperatorEvent, type DecidedBy } from './operator-events.ts';

export const historyExpiredType = 'history.expired';

/** From when on observations are kept, as an operator decided it. The raw log stays as it is. */
export interface Expiry {
  /** Older observations go, but for the newest of each coin in each currency. */
  before: Date;
  /** How far each stream reached then: what comes later brings no older observations any more. */
  positions: Readonly<Record<string, number>>;
  decidedAt: Date;
}

/** Appends the decision; the same time again is no new one. */
export async function expireHistory(sql: Queryable, before: Date, by: DecidedBy, now: Date): Promise<void> {
  const metadata = { before: before.toISOString(), positions: Object.fromEntries(await readHeads(sql)) };
  const event = { type: historyExpiredType, by, metadata, identity: [before.toISOString()] };
  await appendOperatorEvent(sql, event, now);
}

const decided = z.object({ before: z.iso.datetime(), positions: z.record(z.string(), z.int()) });

/** Every such decision, the first one first. */
export async function readExpiries(sql: Queryable): Promise<Expiry[]> {
  const rows = await sql<{ metadata: unknown; decidedAt: Date }[]>`
    select metadata, recorded_at as decided_at from log.event
    where stream = ${operatorStream} and type = ${historyExpiredType} order by version`;
  return rows.map(({ metadata, decidedAt }) => {
    const { before, positions } = decided.parse(metadata);
    return { before: new Date(before), positions, decidedAt };
  });
}

const latestOf = (expiries: readonly Expiry[]): Date | null =>
  expiries.reduce<Date | null>(
    (latest, { before }) => (latest === null || before > latest ? before : latest),
    null,
  );

/** Pure: from when on the history is kept; null: all of it is. */
export const historyFrom = latestOf;

/** Pure: from when on an event may bring observations; null: it was there before anything was decided. */
export const takenFrom = (
  expiries: readonly Expiry[],
  { stream, version }: { stream: string; version: number },
): Date | null => latestOf(expiries.filter(({ positions }) => version > (positions[stream] ?? 0)));
