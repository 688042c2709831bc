import type { Queryable } from '../database/client.ts';
import {
  breakerStateOf,
  closedUntil,
  createBreaker,
  parseSavedBreaker,
  type Breaker,
  type BreakerState,
  type SavedBreaker,
} from './breaker.ts';

/** Whose gate it is. Each feed has its own: what is refused to one, or fails, is no matter of the other ones. */
export interface GateKey {
  source: string;
  /** The source's name for its market feed, and the stream for a directory. */
  name: string;
}

/** Whether a feed may be asked now. */
export type GateState =
  | { kind: 'open' }
  | { kind: 'waiting'; until: Date; reason: string }
  /** It refused us for what we are configured to be. `until` null: until that changes, or somebody resets it. */
  | { kind: 'stopped'; since: Date; until: Date | null; reason: string };

interface Row {
  configDigest: string;
  state: unknown;
  notBefore: Date | null;
  notBeforeSetAt: Date | null;
  notBeforeReason: string | null;
  stoppedAt: Date | null;
  stoppedReason: string | null;
  stoppedUntil: Date | null;
}

/** The rows of a source's feeds that were written under this configuration: that of `name`, and any other's. */
async function readRows(
  sql: Queryable,
  { source, name }: GateKey,
  configDigest: string,
): Promise<{ own: Row | null; others: Row[] }> {
  const rows = await sql<(Row & { name: string })[]>`
    select source as name, config_digest, state, not_before, not_before_set_at, not_before_reason, stopped_at,
      stopped_reason, stopped_until
    from control.breaker where source = ${source} or starts_with(source, ${`${source}.`})`;
  const valid = rows.filter((row) => row.configDigest === configDigest);
  return {
    own: valid.find((row) => row.name === name) ?? null,
    others: valid.filter((row) => row.name !== name),
  };
}

/** A wait asked for at a time still to come is none: the clock was set back since. */
function waitOf({ notBefore, notBeforeSetAt, notBeforeReason }: Row, now: Date): GateState | null {
  const waits = notBefore !== null && notBefore > now && notBeforeSetAt !== null && notBeforeSetAt <= now;
  return waits ? { kind: 'waiting', until: notBefore, reason: notBeforeReason ?? '' } : null;
}

/** A wait that the upstream asked for is one for the whole source: it counts its requests by key and address. */
function stateOf({ own, others }: { own: Row | null; others: readonly Row[] }, now: Date): GateState {
  if (own !== null) {
    const { stoppedAt, stoppedUntil, stoppedReason } = own;
    if (stoppedAt !== null && (stoppedUntil === null || stoppedUntil > now))
      return { kind: 'stopped', since: stoppedAt, until: stoppedUntil, reason: stoppedReason ?? '' };
  }
  for (const row of own === null ? others : [own, ...others]) {
    const wait = waitOf(row, now);
    if (wait !== null) return wait;
  }
  const until = closedUntil(parseSavedBreaker(own?.state), now);
  if (until === null) return { kind: 'open' };
  return { kind: 'waiting', until, reason: 'it failed too often in a row; the breaker is open' };
}

export interface GateStatus {
  state: GateState;
  breaker: BreakerState | 'STOPPED_BY_CONFIG';
}

/** For people and metrics: what holds a feed back just now. */
export async function readGate(
  sql: Queryable,
  key: GateKey,
  configDigest: string,
  now: Date,
): Promise<GateStatus> {
  const rows = await readRows(sql, key, configDigest);
  const state = stateOf(rows, now);
  const breaker =
    state.kind === 'stopped' ? 'STOPPED_BY_CONFIG' : breakerStateOf(parseSavedBreaker(rows.own?.state), now);
  return { state, breaker };
}

/** What one run needs of the gate; only the process that holds the feed's lease has one. */
export interface Gate {
  /** As it was when the run began. */
  readonly state: GateState;
  readonly breaker: Breaker;
  /** Keeps what the breaker has seen, when that is anything new. */
  save(): Promise<void>;
  /** Nobody asks the source before this time, in whatever process: the upstream said so. */
  waitUntil(until: Date, reason: string): Promise<void>;
  /** Nobody asks this feed until the configuration changes, or until a time. */
  stop(until: Date | null, reason: string): Promise<void>;
}

/** A gate that was closed under another configuration is open: what was wrong may be mended. */
export async function openGate(
  sql: Queryable,
  key: GateKey,
  configDigest: string,
  now: () => Date,
): Promise<Gate> {
  const rows = await readRows(sql, key, configDigest);
  const breaker = createBreaker(parseSavedBreaker(rows.own?.state), now);
  let saved = JSON.stringify(breaker.save());

  // Every column is written: what another configuration left is no longer true.
  async function write(changes: Partial<Omit<Row, 'configDigest' | 'state'>>): Promise<void> {
    const state: SavedBreaker = breaker.save();
    saved = JSON.stringify(state);
    await sql`
      insert into control.breaker (source, config_digest, state, not_before, not_before_set_at, not_before_reason,
        stopped_at, stopped_reason, stopped_until)
      values (${key.name}, ${configDigest}, ${saved}::text::jsonb, ${changes.notBefore ?? null}, ${changes.notBeforeSetAt ?? null},
        ${changes.notBeforeReason ?? null}, ${changes.stoppedAt ?? null}, ${changes.stoppedReason ?? null},
        ${changes.stoppedUntil ?? null})
      on conflict (source) do update set config_digest = excluded.config_digest, state = excluded.state,
        not_before = excluded.not_before, not_before_set_at = excluded.not_before_set_at,
        not_before_reason = excluded.not_before_reason,
        stopped_at = excluded.stopped_at, stopped_reason = excluded.stopped_reason,
        stopped_until = excluded.stopped_until`;
  }

  return {
    state: stateOf(rows, now()),
    breaker,
    async save() {
      if (JSON.stringify(breaker.save()) !== saved) await write({});
    },
    waitUntil: (until, reason) => write({ notBefore: until, notBeforeSetAt: now(), notBeforeReason: reason }),
    stop: (until, reason) => write({ stoppedAt: now(), stoppedReason: reason, stoppedUntil: until }),
  };
}

/** Forgets what held a source and its directories back; an operator's reset does this after it is on record. */
export async function resetGate(sql: Queryable, source: string): Promise<void> {
  await sql`delete from control.breaker where source = ${source} or starts_with(source, ${`${source}.`})`;
}
