import { setTimeout as sleep } from 'node:timers/promises';
import { CoinlogError } from '../errors.ts';
import { closeSegments } from '../log/archive/close-segments.ts';
import { exportLog } from '../log/move/export.ts';
import { importLog } from '../log/move/import.ts';
import { readHeads } from '../log/read.ts';
import { redact } from '../log/redact.ts';
import type { App } from './app.ts';
import { table, type Output } from './output.ts';
import { createProgress } from './progress.ts';

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Moves old events to files at ARCHIVE_URI. */
export async function logArchiveCommand(app: App, output: Output, before: Date | null): Promise<number> {
  const { store } = app.archive;
  if (!store)
    throw new CoinlogError(
      'CONFIG_INVALID',
      'ARCHIVE_URI: set it to where archived events are to lie: a folder, or s3://bucket/prefix. See .env.example.',
    );
  const progress = createProgress(output.json);
  const segments = await app.database
    .asOwner((owner) =>
      closeSegments(
        {
          sql: app.database.sql,
          owner,
          store,
          holder: app.holder,
          now: app.now,
          signal: app.stopping,
          onProgress: ({ stream, events, total }) => progress.update(stream, events, total, 'events'),
        },
        before,
      ),
    )
    .finally(() => progress.stop());
  const events = segments.reduce(
    (sum, { firstVersion, lastVersion }) => sum + lastVersion - firstVersion + 1,
    0,
  );
  output.result({ events, segments }, () =>
    segments.length === 0
      ? 'Nothing to archive: a segment is closed at 65,536 events, or at a time you name by --before.'
      : `${table(
          ['stream', 'from', 'to', 'raw MB', 'file MB', 'file'],
          segments.map((s) => [
            s.stream,
            s.firstVersion,
            s.lastVersion,
            megabytes(s.payloadBytes),
            megabytes(s.fileBytes),
            s.file,
          ]),
        )}\n${events} events are in ${store.where}: stored, read back and checked, then taken out of the database.`,
  );
  return 0;
}

/** Writes the whole log into a folder. */
export async function logExportCommand(app: App, output: Output, folder: string): Promise<number> {
  const progress = createProgress(output.json);
  const result = await exportLog(
    {
      sql: app.database.sql,
      archive: app.archive,
      now: app.now,
      signal: app.stopping,
      onProgress: ({ events, total }) => progress.update('export', events, total, 'events'),
    },
    folder,
  ).finally(() => progress.stop());
  output.result(
    result,
    () => `${result.events} events are in ${folder}, each checked, in ${result.files} files.`,
  );
  return 0;
}

/** Brings an exported log into this database. */
export async function logImportCommand(app: App, output: Output, folder: string): Promise<number> {
  const progress = createProgress(output.json);
  const result = await app.database
    .asOwner((owner) =>
      importLog(
        {
          sql: app.database.sql,
          owner,
          archive: app.archive,
          signal: app.stopping,
          onProgress: ({ events, total }) => progress.update('import', events, total, 'events'),
        },
        folder,
      ),
    )
    .finally(() => progress.stop());
  output.result(
    result,
    () =>
      `${result.events} events imported, ${result.already} were here already. "coinlog verify" checks them once more, "coinlog project" folds them.`,
  );
  return 0;
}

/** Removes one payload for good, and folds again what it had decided. */
export async function logRedactCommand(
  app: App,
  output: Output,
  event: { stream: string; version: number; reason: string },
): Promise<number> {
  const { sql } = app.database;
  const result = await app.database.asOwner((owner) =>
    redact({ sql, owner, archive: app.archive, holder: app.holder, now: app.now }, event),
  );
  const folded = await foldAgain(app);
  const readModel = folded
    ? 'and the read model is folded without it'
    : 'and a running process folds the read model without it ("coinlog rebuild" does it now)';
  output.result(
    { events: 1, ...event, ...result, folded },
    () =>
      `The payload of ${event.stream} ${event.version} (${result.payloadBytes} bytes) is gone from the ${result.where}, ${readModel}. Backups and write-ahead log keep it until they expire.`,
  );
  return 0;
}

const foldWithinMs = 60_000;

/** Folds without what was redacted, or waits until the process that has the projector did. False when it takes long. */
async function foldAgain({ projector, database, stopping }: App): Promise<boolean> {
  const giveUpAt = performance.now() + foldWithinMs;
  while (performance.now() < giveUpAt && !stopping.aborted) {
    if (await projector.obeysDecisions()) return true;
    try {
      await projector.catchUpTo(await readHeads(database.sql));
    } catch (error) {
      // Another process rebuilds already.
      if (!(error instanceof CoinlogError) || error.code !== 'BUSY') throw error;
    }
    await sleep(100);
  }
  return false;
}
