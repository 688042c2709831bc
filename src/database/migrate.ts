import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMigrator } from '../drizzle.ts';
import { z } from 'zod';
import { CoinlogError } from '../errors.ts';
import type { Sql } from './client.ts';

const folder = join(import.meta.dirname, '..', '..', 'drizzle');

/** When each migration was made, oldest first; drizzle keeps the same number in the database. */
function knownMigrations(): number[] {
  const journal = z.object({ entries: z.array(z.object({ when: z.number() })) });
  const text = readFileSync(join(folder, 'meta', '_journal.json'), 'utf8');
  return journal.parse(JSON.parse(text)).entries.map((entry) => entry.when);
}

async function appliedMigrations(sql: Sql): Promise<number[]> {
  const [found] = await sql<
    { there: boolean }[]
  >`select to_regclass('control.migration') is not null as there`;
  if (!found?.there) return [];
  const rows = await sql<
    { at: number }[]
  >`select created_at as at from control.migration order by created_at`;
  return rows.map((row) => row.at);
}

function refuseNewer(applied: number[], known: number[]): void {
  if ((applied.at(-1) ?? 0) > (known.at(-1) ?? 0))
    throw new CoinlogError(
      'SCHEMA_NEWER',
      'The database was brought up to date by a newer coinlog than this one. Run that version, or a newer one.',
    );
}

/** Throws SCHEMA_OUTDATED or SCHEMA_NEWER unless the database is just where this program needs it. */
export async function checkSchema(sql: Sql): Promise<void> {
  const [known, applied] = [knownMigrations(), await appliedMigrations(sql)];
  refuseNewer(applied, known);
  if (applied.length < known.length)
    throw new CoinlogError('SCHEMA_OUTDATED', 'The database is not up to date: run "coinlog migrate" first.');
}

// Any fixed number; only migrations of coinlog take it.
const migrationLock = 2_011_976_101;

/** Brings the schema up to date; two at once wait for each other. Returns how many migrations it applied. */
export async function migrate(owner: Sql): Promise<{ applied: number }> {
  const session = await owner.reserve();
  try {
    await session`select pg_advisory_lock(${migrationLock})`;
    const before = await appliedMigrations(owner);
    refuseNewer(before, knownMigrations());
    const { drizzle, migrate: migrateWith } = loadMigrator();
    await migrateWith(drizzle(owner), {
      migrationsFolder: folder,
      migrationsSchema: 'control',
      migrationsTable: 'migration',
    });
    await owner`grant select on control.migration to coinlog_app`;
    return { applied: (await appliedMigrations(owner)).length - before.length };
  } finally {
    await session`select pg_advisory_unlock(${migrationLock})`;
    session.release();
  }
}
