import { createIdentityLog, type IdentityLog } from '../../src/control/identity-log.ts';
import { createReadSessions } from '../../src/read/session.ts';
import {
  createIdentityResolver,
  type IdentityResolver,
  type IdentityResolverDeps,
  type Pass,
} from '../../src/resolver/identity-resolver.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import type { TestDatabase } from './database.ts';
import { projectAll } from './project.ts';

const now = () => new Date();

export const testIdentityLog = ({ sql }: TestDatabase): IdentityLog =>
  createIdentityLog({ sql, archive: noArchive, now });

/** The resolver as a process has it. */
export const createTestResolver = (
  database: TestDatabase,
  more: Partial<IdentityResolverDeps> = {},
): IdentityResolver =>
  createIdentityResolver({
    sql: database.sql,
    sessions: createReadSessions(database.readSql),
    identity: testIdentityLog(database),
    log: silentLogger,
    now,
    ...more,
  });

/** The whole way of new evidence: folded, decided on, folded again. */
export async function resolveAll(database: TestDatabase): Promise<Pass | null> {
  await projectAll(database);
  const resolver = createTestResolver(database);
  try {
    const pass = await resolver.decideNow();
    await projectAll(database);
    return pass;
  } finally {
    await resolver.close();
  }
}
