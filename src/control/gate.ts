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

/** Whether a source may be asked now. */
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

async function readRow(sql: Queryable, source: string, configDigest: string): Promise<Row | null> {
  const [row] = await sql<Row[]>`
    select config_digest, state, not_before, not_before_set_at, not_before_reason, stopped_at, stopped_reason, stopped_until
    from control.breaker where source = ${source}`;
  return row?.configDigest === configDigest ? row : null;
}

function stateOf(row: Row | null, now: Date): GateState {
  if (row === null) return { kind: 'open' };
  const { stoppedAt, stoppedUntil, stoppedReason, notBefore, notBeforeSetAt, notBeforeReason } = row;
  if (stoppedAt !== null && (stoppedUntil === null || stoppedUntil > now))
    return { kind: 'stopped', since: stoppedAt, until: stoppedUntil, reason: stoppedReason ?? '' };
  // A wait asked for at a time still to come is none: the clock was set back since.
  if (notBefore !== null && notBefore > now && notBeforeSetAt !== null && notBeforeSetAt <= now)
    return { kind: 'waiting', until: notBefore, reason: notBeforeReason ?? '' };
  const until = closedUntil(parseSavedBreaker(row.state), now);
  if (until === null) return { kind: 'open' };
  return { kind: 'waiting', until, reason: 'it failed too often in a row; the breaker is open' };
}

export interface GateStatus {
  state: GateState;
  breaker: BreakerState | 'STOPPED_BY_CONFIG';
}

/** For people and metrics: what holds a source back just now. */
export async function readGate(
  sql: Queryable,
  source: string,
  configDigest: string,
  now: Date,
): Promise<GateStatus> {
  const row = await readRow(sql, source, configDigest);
  const state = stateOf(row, now);
  const breaker =
    state.kind === 'stopped' ? 'STOPPED_BY_CONFIG' : breakerStateOf(parseSavedBreaker(row?.state), now);
  return { state, breaker };
}

/** What one run needs of the gate; only the process that holds the feed's lease has one. */
export interface Gate {
  /** As it was when the run began. */
  readonly state: GateState;
  readonly breaker: Breaker;
  /** Keeps what the breaker has seen, when that is anything new. */
  save(): Promise<void>;
  /** Nobody asks before this time, in whatever process: the upstream said so. */
  waitUntil(until: Date, reason: string): Promise<void>;
  /** Nobody asks until the configuration changes, or until a time. */
  stop(until: Date | null, reason: string): Promise<void>;
}

/** A gate that was closed under another configuration is open: what was wrong may be mended. */
export async function openGate(
  sql: Queryable,
  source: string,
  configDigest: string,
  now: () => Date,
): Promise<Gate> {
  const row = await readRow(sql, source, configDigest);
  const breaker = createBreaker(parseSavedBreaker(row?.state), now);
  let saved = JSON.stringify(breaker.save());

  // Every column is written: what another configuration left is no longer true.
  async function write(changes: Partial<Omit<Row, 'configDigest' | 'state'>>): Promise<void> {
    const state: SavedBreaker = breaker.save();
    saved = JSON.stringify(state);
    await sql`
      insert into control.breaker (source, config_digest, state, not_before, not_before_set_at, not_before_reason,
        stopped_at, stopped_reason, stopped_until)
      values (${source}, ${configDigest}, ${saved}::text::jsonb, ${changes.notBefore ?? null}, ${changes.notBeforeSetAt ?? null},
        ${changes.notBeforeReason ?? null}, ${changes.stoppedAt ?? null}, ${changes.stoppedReason ?? null},
        ${changes.stoppedUntil ?? null})
      on conflict (source) do update set config_digest = excluded.config_digest, state = excluded.state,
        not_before = excluded.not_before, not_before_set_at = excluded.not_before_set_at,
        not_before_reason = excluded.not_before_reason,
        stopped_at = excluded.stopped_at, stopped_reason = excluded.stopped_reason,
        stopped_until = excluded.stopped_until`;
  }

  return {
    state: stateOf(row, now()),
    breaker,
    async save() {
      if (JSON.stringify(breaker.save()) !== saved) await write({});
    },
    waitUntil: (until, reason) => write({ notBefore: until, notBeforeSetAt: now(), notBeforeReason: reason }),
    stop: (until, reason) => write({ stoppedAt: now(), stoppedReason: reason, stoppedUntil: until }),
  };
}

/** Forgets what held a source back; an operator's reset does this after it is on record. */
export async function resetGate(sql: Queryable, source: string): Promise<void> {
  await sql`delete from control.breaker where source = ${source}`;
}
