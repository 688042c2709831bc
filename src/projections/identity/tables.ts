import { jsonb, primaryKey } from '../../drizzle.ts';
import type { Evidence, LinkMethod } from '../../identity/decision.ts';
import { coinKeyColumns, count, integer, readSchema, text, time } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

const linkColumns = {
  ...coinKeyColumns,
  coinId: text('coin_id').notNull(),
  method: text('method').$type<LinkMethod>().notNull(),
  authority: integer('authority').notNull(),
  confidencePercent: integer('confidence_percent').notNull(),
  evidence: jsonb('evidence').$type<Evidence>().notNull(),
  /** The event that decided, and when it was recorded. */
  stream: text('stream').notNull(),
  version: count('version').notNull(),
  decidedAt: time('decided_at').notNull(),
};

/**
 * Which coin a source's coin is, and why. A link or unlink changes one row here, and the whole history follows. As long
 * as nothing is decided, a source's coin is its own coin, by the record that spoke of it first.
 */
export const identityLink = readSchema.table('identity_link', linkColumns, (t) => [
  primaryKey({ columns: [t.source, t.sourceCoinId] }),
]);
// A coin's members are looked up for every coin that a batch changes: 10,000 times a scan of all took 20 s of a rebuild.
export const identityLinkTable: ReadTable = {
  table: identityLink,
  indexes: [],
  writeIndexes: ['(coin_id)'],
};

/** The same as it was from a version of the stream `identity` on; before the first it was its own coin. */
export const linkHistory = readSchema.table(
  'link_history',
  { ...linkColumns, sinceVersion: count('since_version').notNull() },
  (t) => [primaryKey({ columns: [t.source, t.sourceCoinId, t.sinceVersion] })],
);
export const linkHistoryTable: ReadTable = { table: linkHistory, indexes: ['(coin_id)'] };

/** Ids that were given once and lead to an older coin since. */
export const coinAlias = readSchema.table('coin_alias', {
  alias: text('alias').primaryKey(),
  coinId: text('coin_id').notNull(),
});
export const coinAliasTable: ReadTable = { table: coinAlias, indexes: ['(coin_id)'] };
