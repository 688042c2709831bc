import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  date,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
const time = (name: string) => timestamp(name, { withTimezone: true });
const count = (name: string) => bigint(name, { mode: 'number' });

/** Append-only; owned by a role that cannot log in. */
export const logSchema = pgSchema('log');
/** Leases and the like: mutable, never rebuilt, never compared. */
export const controlSchema = pgSchema('control');

export const stream = logSchema.table(
  'stream',
  {
    stream: text().primaryKey(),
    head: count('head').notNull(),
    chainHash: bytea('chain_hash').notNull(),
    lastRecordedAt: time('last_recorded_at').notNull(),
  },
  (t) => [check('stream_name', sql`${t.stream} ~ '^[a-z][a-z0-9_.-]{0,39}$'`)],
);

/** Partitioned by stream and then by version, which drizzle cannot say: see the migration. */
export const event = logSchema.table(
  'event',
  {
    stream: text().notNull(),
    version: count('version').notNull(),
    eventId: uuid('event_id').notNull(),
    type: text().notNull(),
    schemaVersion: integer('schema_version').notNull(),
    runId: text('run_id'),
    receivedAt: time('received_at').notNull(),
    recordedAt: time('recorded_at').notNull(),
    metadata: jsonb().notNull(),
    payload: bytea('payload'),
    payloadBytes: count('payload_bytes').notNull(),
    sha256: bytea('sha256').notNull(),
    chainHash: bytea('chain_hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.version] })],
);

/** Kept for ever, so that an id is never taken twice, also when its event has gone to an archive. */
export const eventKey = logSchema.table(
  'event_key',
  {
    stream: text().notNull(),
    eventId: uuid('event_id').notNull(),
    version: count('version').notNull(),
    sha256: bytea('sha256').notNull(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.eventId] })],
);

/** Closed segments that have left the database for a file each, in the archive. */
export const segment = logSchema.table(
  'segment',
  {
    stream: text().notNull(),
    firstVersion: count('first_version').notNull(),
    lastVersion: count('last_version').notNull(),
    /** The chain before the first and after the last event. */
    previousHash: bytea('previous_hash').notNull(),
    chainHash: bytea('chain_hash').notNull(),
    /** Raw. */
    payloadBytes: count('payload_bytes').notNull(),
    lastRecordedAt: time('last_recorded_at').notNull(),
    file: text().notNull(),
    fileBytes: count('file_bytes').notNull(),
    fileSha256: bytea('file_sha256').notNull(),
    archivedAt: time('archived_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.firstVersion] }), uniqueIndex('segment_file').on(t.file)],
);

/** How far a stream was verified, so that a quick check can start there. */
export const verifyCheckpoint = controlSchema.table('verify_checkpoint', {
  stream: text().primaryKey(),
  version: count('version').notNull(),
  chainHash: bytea('chain_hash').notNull(),
  verifiedAt: time('verified_at').notNull(),
});

/** Archive files that may belong to no segment: noted before they are stored, forgotten once they do or are gone. */
export const pendingFile = controlSchema.table('pending_file', { file: text().primaryKey() });

/** One row: what keys are digested with, so that a digest in the database tells nothing of a key. Made by the migration. */
export const digestKey = controlSchema.table('digest_key', {
  one: boolean().primaryKey().default(true),
  key: bytea('key').notNull(),
});

/** One row per source and key: whoever takes a token locks it first. */
export const budget = controlSchema.table(
  'budget',
  { source: text().notNull(), keyDigest: text('key_digest').notNull() },
  (t) => [primaryKey({ columns: [t.source, t.keyDigest] })],
);

/** Requests of the last minute: taken before they are sent, released when their answer is there. */
export const budgetToken = controlSchema.table(
  'budget_token',
  {
    source: text().notNull(),
    keyDigest: text('key_digest').notNull(),
    id: uuid().notNull(),
    takenAt: time('taken_at').notNull(),
    releasedAt: time('released_at'),
  },
  (t) => [primaryKey({ columns: [t.source, t.keyDigest, t.id] })],
);

/** Requests of a calendar month, UTC. */
export const budgetMonth = controlSchema.table(
  'budget_month',
  {
    source: text().notNull(),
    keyDigest: text('key_digest').notNull(),
    month: date().notNull(),
    used: count('used').notNull(),
    lastTakenAt: time('last_taken_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.keyDigest, t.month] })],
);

/** Why a source is not asked just now: its breaker, a wait that the upstream named, or a configuration it refused. */
export const breaker = controlSchema.table('breaker', {
  source: text().primaryKey(),
  /** Of the settings it was made under: others begin anew. */
  configDigest: text('config_digest').notNull(),
  /** As the breaker's library keeps it; null while nothing has failed. */
  state: jsonb(),
  notBefore: time('not_before'),
  /** A wait that was asked for at a time still to come is none: the clock was set back. */
  notBeforeSetAt: time('not_before_set_at'),
  notBeforeReason: text('not_before_reason'),
  stoppedAt: time('stopped_at'),
  stoppedReason: text('stopped_reason'),
  /** Null: until the configuration changes. */
  stoppedUntil: time('stopped_until'),
});

/** Every version of the read model that was ever shown: when, and how far each stream was folded into it. */
export const shown = controlSchema.table(
  'shown',
  {
    version: count('version').primaryKey(),
    shownAt: time('shown_at').notNull(),
    checkpoints: jsonb().$type<Record<string, number>>().notNull(),
    /** Of the folds that made it, where it was swapped in; null for one that only followed. */
    foldDigest: text('fold_digest'),
    /** How many readings the swap withdrew and introduced. */
    withdrawn: count('withdrawn'),
    introduced: count('introduced'),
  },
  (t) => [index('shown_at').on(t.shownAt)],
);

/**
 * What swaps changed, since other folds read the same records differently: a reading that was shown from one version
 * until another, as it was; or, while `to_version` is null, one that stands and was not shown before `from_version`.
 */
export const correction = controlSchema.table(
  'correction',
  {
    source: text().notNull(),
    sourceCoinId: text('source_coin_id').notNull(),
    quoteCurrency: text('quote_currency').notNull(),
    observedAt: time('observed_at').notNull(),
    stream: text().notNull(),
    sinceVersion: count('since_version').notNull(),
    sinceIndex: integer('since_index').notNull(),
    /** 0: since it was folded. */
    fromVersion: count('from_version').notNull(),
    toVersion: count('to_version'),
    /** The row as it stood, once it does not. */
    reading: jsonb(),
  },
  (t) => [
    primaryKey({
      name: 'correction_key',
      columns: [
        t.source,
        t.sourceCoinId,
        t.quoteCurrency,
        t.observedAt,
        t.stream,
        t.sinceVersion,
        t.sinceIndex,
        t.fromVersion,
      ],
    }),
  ],
);

/** What `correction` tells of, each once: a source coin or a currency that no read model has any more was shown all the same. */
export const corrected = controlSchema.table(
  'corrected',
  {
    source: text().notNull(),
    sourceCoinId: text('source_coin_id').notNull(),
    quoteCurrency: text('quote_currency').notNull(),
  },
  (t) => [primaryKey({ name: 'corrected_key', columns: [t.source, t.sourceCoinId, t.quoteCurrency] })],
);

/** Rebuilds and comparisons, the one under way among them: for those who asked for one, and those who wonder. */
export const rebuild = controlSchema.table(
  'rebuild',
  {
    id: uuid().primaryKey(),
    /** `swap`, `verify` or `until`. */
    kind: text().notNull(),
    holder: text().notNull(),
    reason: text().notNull(),
    /** `running`, `swapped`, `verified`, `different` or `failed`. */
    status: text().notNull(),
    /** What it is at. */
    phase: text().notNull(),
    eventsDone: count('events_done').notNull(),
    eventsTotal: count('events_total').notNull(),
    rows: count('rows').notNull(),
    differences: count('differences'),
    error: text(),
    startedAt: time('started_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    endedAt: time('ended_at'),
  },
  (t) => [index('rebuild_started').on(t.startedAt)],
);

export const lease = controlSchema.table('lease', {
  name: text().primaryKey(),
  holder: text().notNull(),
  acquiredAt: time('acquired_at').notNull(),
  expiresAt: time('expires_at').notNull(),
});
