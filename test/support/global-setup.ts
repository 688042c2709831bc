import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { connect, type ConnectionOptions } from '../../src/database/client.ts';
import { removeEmbedded, startEmbedded } from '../../src/database/embedded/server.ts';
import { migrate } from '../../src/database/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: { owner: ConnectionOptions; app: ConnectionOptions };
  }
}

/** One real PostgreSQL for the whole suite, with a migrated template that every test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-test-'));
  // A server that runs as another user must reach it.
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  // Nothing here outlives the suite: what a crash would lose does not matter.
  const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };
  const server = await startEmbedded({ dataDir, settings });
  const admin = connect(server.owner, { max: 1, name: 'test setup', role: null });
  await admin`create database template_coinlog`;
  const template = connect(
    { ...server.owner, database: 'template_coinlog' },
    { max: 2, name: 'test setup', role: null },
  );
  await migrate(template);
  await template.end();
  await admin`grant coinlog_app to coinlog`;
  await admin.end();
  project.provide('cluster', { owner: { ...server.owner }, app: { ...server.app } });
  return async () => {
    await server.close();
    await removeEmbedded(dataDir);
    await rm(folder, { recursive: true, force: true });
  };
}
