import { createRequire } from 'node:module';

/*
 * drizzle, loaded as CommonJS. Node looks up the package of every ES module it loads, and drizzle's package.json has
 * 179 KB, which are parsed again for each of its files: 430 ms and 200 MB at every start of every process and thread,
 * against 90 ms and 18 MB this way.
 */
const require = createRequire(import.meta.url);
const core = require('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core');
const orm = require('drizzle-orm') as typeof import('drizzle-orm');

export const {
  bigint,
  boolean,
  customType,
  getTableConfig,
  integer,
  jsonb,
  numeric,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uuid,
} = core;
export const { getTableColumns } = orm;
export type { PgTable } from 'drizzle-orm/pg-core';

/** What makes migrations, for the few processes that do. */
export const loadMigrator = () => ({
  ...(require('drizzle-orm/postgres-js') as typeof import('drizzle-orm/postgres-js')),
  ...(require('drizzle-orm/postgres-js/migrator') as typeof import('drizzle-orm/postgres-js/migrator')),
});
