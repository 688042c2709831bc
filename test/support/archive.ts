import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchive, type Archive } from '../../src/log/archive/archive.ts';
import { closeSegments, type ClosedSegment } from '../../src/log/archive/close-segments.ts';
import { openStore, type ArchiveStore } from '../../src/log/archive/store.ts';
import type { TestDatabase } from './database.ts';

export interface TestArchive {
  folder: string;
  store: ArchiveStore;
  /** With nothing in memory, as a new process has it. */
  fresh(): Archive;
  /** Archives everything recorded before a time; by default everything there is. */
  close(database: TestDatabase, before?: Date | null): Promise<ClosedSegment[]>;
  remove(): Promise<void>;
}

export const farFuture = new Date('2100-01-01T00:00:00Z');

/** An archive in a folder of its own. */
export async function createTestArchive(): Promise<TestArchive> {
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-archive-test-'));
  const store = openStore(folder);
  return {
    folder,
    store,
    fresh: () => createArchive(store),
    close: ({ sql, owner }, before = farFuture) =>
      closeSegments({ sql, owner, store, holder: crypto.randomUUID(), now: () => new Date() }, before),
    async remove() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
