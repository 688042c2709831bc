import { createRequire } from 'node:module';
import type * as Orm from 'drizzle-orm';
import type * as Core from 'drizzle-orm/pg-core';
import type * as Driver from 'drizzle-orm/postgres-js';
import type * as Migrator from 'drizzle-orm/postgres-js/migrator';

/*
 * drizzle, loaded as CommonJS. Node looks up the package of every ES module it loads, and drizzle's package.json has
 * 179 KB, which are parsed again for each of its files: 430 ms and 200 MB at every start of every process and thread,
 * against 90 ms and 18 MB this way.
 */
const require = createRequire(import.meta.url);
const core = require('drizzle-orm/pg-core') as typeof Core;
const orm = require('drizzle-orm') as typeof Orm;

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
  ...(require('drizzle-orm/postgres-js') as typeof Driver),
  ...(require('drizzle-orm/postgres-js/migrator') as typeof Migrator),
});
