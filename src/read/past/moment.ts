import type { Queryable } from '../../database/client.ts';
import { CoinlogError } from '../../errors.ts';
import { wrongInput } from '../graphql/page-request.ts';

/** A version of the read model, and how far each stream was folded into it. */
export interface Known {
  version: number;
  shownAt: Date;
  checkpoints: Readonly<Record<string, number>>;
}

/** A point of view on the past. */
export interface Moment {
  /** The market as it was then; null: the newest that was known. */
  asOf: Date | null;
  /** By what was known with that version, errors included. */
  known: Known;
  /** That version is the one that is shown now: nothing of it was changed since. */
  isCurrent: boolean;
}

/** What a client asks for. */
export interface PastAsked {
  asOf: Date | null;
  knownAt: Date | null;
}

// A source's own time is believed until so long after its answer came, which was before it was shown.
const aheadMs = 5 * 60_000;
// Clocks differ a little.
const toleranceMs = 60_000;

/** Until when observations count. */
export const until = ({ asOf, known }: Moment): Date => {
  const latest = new Date(known.shownAt.getTime() + aheadMs);
  return asOf !== null && asOf < latest ? asOf : latest;
};

/** A moment as an id says it: `412`, or `412.1790000000000` with the milliseconds of `asOf`. */
export const momentText = ({ asOf, known }: Moment): string =>
  asOf === null ? String(known.version) : `${known.version}.${asOf.getTime()}`;

export interface MomentRef {
  version: number;
  asOf: Date | null;
}

/** The two parts of `bitcoin@412.1790000000000`; a moment of null for an id without one. */
export function parsePastId(id: string): { id: string; moment: MomentRef | null } {
  const [, bare, version, ms] = /^(.+)@(\d{1,15})(?:\.(\d{1,15}))?$/s.exec(id) ?? [];
  if (bare === undefined || version === undefined) return { id, moment: null };
  const asOf = ms === undefined ? null : new Date(Number(ms));
  return { id: bare, moment: { version: Number(version), asOf } };
}

const columns = (sql: Queryable) => sql`version, shown_at, checkpoints`;

/** The version with that number, or null where none was ever shown under it. */
async function readVersion(sql: Queryable, version: number): Promise<Known | null> {
  const [row] = await sql<Known[]>`select ${columns(sql)} from control.shown where version = ${version}`;
  return row ?? null;
}

const nothing: Known = { version: 0, shownAt: new Date(0), checkpoints: {} };

/**
 * The version that was shown at a time: nothing before anything was recorded. Throws HISTORY_EXPIRED where something
 * was recorded by then, and which version was shown is not known: before the log came to this database.
 */
async function readVersionAt(sql: Queryable, at: Date): Promise<Known> {
  const [row] = await sql<Known[]>`
    select ${columns(sql)} from control.shown where shown_at <= ${at} order by shown_at desc, version desc limit 1`;
  if (row) return row;
  const [first] = await sql<{ shownAt: Date | null; recordedBefore: boolean }[]>`
    select (select min(shown_at) from control.shown) as shown_at,
      exists (select from log.event where version = 1 and recorded_at <= ${at}) as recorded_before`;
  if (!first?.recordedBefore) return nothing;
  throw new CoinlogError(
    'HISTORY_EXPIRED',
    `What was shown is known from ${first.shownAt?.toISOString() ?? 'now'} on: "coinlog rebuild --until ${at.toISOString()}" makes a read model of what had been recorded by then.`,
  );
}

function refuseFuture(name: string, at: Date | null, now: Date): void {
  if (at !== null && at.getTime() > now.getTime() + toleranceMs)
    throw wrongInput(`${name} is ${at.toISOString()}, which is still to come.`);
}

/** Throws HISTORY_EXPIRED for a time that the history does not reach back to. */
export function refuseExpired(time: Date, historyFrom: Date | null): void {
  if (historyFrom === null || time >= historyFrom) return;
  throw new CoinlogError(
    'HISTORY_EXPIRED',
    `Observations are kept from ${historyFrom.toISOString()} on, and ${time.toISOString()} is before that: HISTORY_RETENTION, or an operator, has let them go. The log still has what was received.`,
  );
}

/** From when on the history is kept; null: all of it. */
export async function readHistoryFrom(sql: Queryable): Promise<Date | null> {
  const [row] = await sql<{ historyFrom: Date | null }[]>`select history_from from read.read_model`;
  return row?.historyFrom ?? null;
}

/** The moment that a question means; null: now. `current`: the version that the answer is labelled with. */
export async function readMoment(
  sql: Queryable,
  asked: PastAsked,
  now: Date,
  current: number,
): Promise<Moment | null> {
  const { asOf, knownAt } = asked;
  if (asOf === null && knownAt === null) return null;
  refuseFuture('asOf', asOf, now);
  refuseFuture('knownAt', knownAt, now);
  const known = knownAt === null ? await readVersion(sql, current) : await readVersionAt(sql, knownAt);
  if (known === null) throw new RangeError(`version ${current} is shown and was never noted`);
  refuseExpired(asOf ?? knownAt ?? now, await readHistoryFrom(sql));
  return { asOf, known, isCurrent: known.version === current };
}

/** The moment of an id; null where no such version was ever shown. */
export async function readMomentOf(
  sql: Queryable,
  { version, asOf }: MomentRef,
  current: number,
): Promise<Moment | null> {
  const known = version === 0 ? nothing : await readVersion(sql, version);
  if (known !== null) refuseExpired(asOf ?? known.shownAt, await readHistoryFrom(sql));
  return known && { asOf, known, isCurrent: version === current };
}
