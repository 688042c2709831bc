import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Sql } from '../src/database/client.ts';
import { type ConnectionOptions, removeEmbedded, startEmbedded } from '../src/database/embedded/server.ts';
import { migrate } from '../src/database/migrate.ts';

/** A server of the benchmark's own, with coinlog's schema in it. */
export interface BenchServer {
  /** The superuser's connection: for the peers' tables. */
  owner: Sql;
  /** The application's own login and role: for what is measured of coinlog. */
  sql: Sql;
  /** The application's own login, for a process of its own. */
  appTarget: ConnectionOptions;
  /** For a peer that brings its own client. */
  ownerTarget: ConnectionOptions;
  /** What the server itself says of its durability, for the output. */
  durability: string;
  close(): Promise<void>;
}

/**
 * Starts an embedded PostgreSQL in a new folder and migrates it. Its durability is the default one, for every side.
 * Autovacuum is off: which side it would fall upon is chance, and nothing measured here updates or deletes enough rows
 * to need it.
 */
export async function startBenchServer(settings: Record<string, string> = {}): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'coinlog-bench-'));
  // The server may run as another user, who has to get in.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  const server = await startEmbedded({ dataDir, settings: { autovacuum: 'off', ...settings } });
  const owner = connect(server.owner, { max: 2, name: 'bench', role: null });
  await migrate(owner);
  await owner`grant coinlog_app to coinlog`;
  const sql = connect(server.app, { max: 8, name: 'bench', role: 'coinlog_app' });
  return {
    owner,
    sql,
    appTarget: server.app,
    ownerTarget: server.owner,
    durability: await describeDurability(owner),
    async close() {
      await sql.end();
      await owner.end();
      await server.close();
      await removeEmbedded(dataDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function describeDurability(owner: Sql): Promise<string> {
  const rows = await owner<{ name: string; setting: string }[]>`
    select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')
    order by name`;
  return rows.map(({ name, setting }) => `${name} ${setting}`).join(', ');
}
