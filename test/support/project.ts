import { expect } from 'vitest';
import { readHeads } from '../../src/log/read.ts';
import { createProjector } from '../../src/projector/projector.ts';
import { verifyReadModel } from '../../src/projector/verify-read-model.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import type { TestDatabase } from './database.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

export const testFolds = {
  archive: noArchive,
  codeDigest: 'test',
  limits: { records: 5_000, events: 50, payloadBytes: 5_000_000 },
  now: () => new Date(),
};

/** Folds everything that is in the log into the read model, as the one writer. */
export async function projectAll({ sql }: TestDatabase, archive = noArchive): Promise<void> {
  const projector = createProjector({
    ...testFolds,
    archive,
    sql,
    holder: crypto.randomUUID(),
    log: silentLogger,
  });
  try {
    await projector.catchUpTo(await readHeads(sql));
  } finally {
    await projector.close();
  }
}

/**
 * What every test that wrote events ends with: once everything is followed, a fresh rebuild is the same as the live
 * read model.
 */
export async function expectRebuildEqualsLive(database: TestDatabase, archive = noArchive): Promise<void> {
  await projectAll(database, archive);
  const { sql } = database;
  const { differences } = await verifyReadModel({ ...testFolds, archive, sql, holder: crypto.randomUUID() });
  expect(differences).toEqual({ count: 0, first: [] });
  await database.noteCompared();
}
