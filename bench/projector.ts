import type { Sql } from '../src/database/client.ts';
import { noArchive } from '../src/log/archive/archive.ts';
import { readHeads } from '../src/log/read.ts';
import { createProjector, type Projector } from '../src/projector/projector.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { makePages } from './pages.ts';
import { appendPage } from './sides.ts';

/** A projector as a process of coinlog has one. */
export const createBenchProjector = (sql: Sql): Projector =>
  createProjector({
    sql,
    holder: 'bench',
    codeDigest: 'bench',
    archive: noArchive,
    limits: { records: 5_000, events: 1_000, payloadBytes: 5_000 * 850 },
    now: () => new Date(),
    log: silentLogger,
  });

/** So many pages, from one on, appended and folded. */
export async function fillByPages(sql: Sql, from: number, pages: number): Promise<void> {
  for (const [index, page] of makePages(pages).entries())
    await appendPage(sql, from + index, Buffer.from(page));
  const projector = createBenchProjector(sql);
  await projector.catchUpTo(await readHeads(sql));
  await projector.close();
}
