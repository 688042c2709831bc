import { readHeads } from '../log/read.ts';
import { readHeadsFile, writeHeads } from '../log/heads-file.ts';
import { verifyLog, type VerifyResult } from '../log/verify.ts';
import { writeVerifyCheckpoints } from '../log/verify-checkpoint.ts';
import { rebuild } from '../projector/rebuild.ts';
import type { RebuildProgress } from '../projector/rebuild-record.ts';
import { rebuildUntil } from '../projector/rebuild-until.ts';
import { verifyReadModel } from '../projector/verify-read-model.ts';
import { readLag } from '../read/lag.ts';
import type { App } from './app.ts';
import type { Output } from './output.ts';
import { createPace } from './pace.ts';
import { createProgress } from './progress.ts';

export interface VerifyCommandOptions {
  stream?: string;
  sinceCheckpoint: boolean;
  /** Write the heads here when all is well. */
  export?: string;
  /** Compare with heads that were exported before. */
  against?: string;
}

function describeSkipped({ events, streams }: VerifyResult['skipped']): string {
  const parts = Object.entries(streams).map(
    ([stream, { upTo, verifiedAt }]) => `${stream} to ${upTo} (${verifiedAt.toISOString()})`,
  );
  return `\nNot looked at again, ${events} events found good before: ${parts.join(', ')}.`;
}

function describeVerification({ firstBad, events, skipped }: VerifyResult): string {
  if (firstBad !== null)
    return `CHANGED: ${firstBad.stream} version ${firstBad.version}: ${firstBad.reason}. Until that is mended, nothing from this event on can be trusted: docs/operating.md says how to restore.`;
  const good = `${events} events are exactly as they were recorded.`;
  return skipped.events === 0 ? good : `${good}${describeSkipped(skipped)}`;
}

/** Digests, chain and density of the log. Exit 1 with the first bad event. */
export async function verifyCommand(
  app: App,
  output: Output,
  options: VerifyCommandOptions,
): Promise<number> {
  const { sql } = app.database;
  const against = options.against === undefined ? undefined : await readHeadsFile(options.against);
  const progress = createProgress(output.json);
  const result = await verifyLog(sql, {
    archive: app.archive,
    sinceCheckpoint: options.sinceCheckpoint,
    ...(options.stream === undefined ? {} : { stream: options.stream }),
    ...(against ? { against } : {}),
    onProgress: ({ events, total }) => progress.update('verify', events, total, 'events'),
    signal: app.stopping,
  }).finally(() => progress.stop());
  if (result.ok) {
    await writeVerifyCheckpoints(sql, result.heads, app.now());
    if (options.export !== undefined) await writeHeads(options.export, result.heads, app.now());
  }
  const { heads: _heads, ...shown } = result;
  const exported = result.ok && options.export !== undefined ? `\nThe heads are in ${options.export}.` : '';
  output.result(shown, () => `${describeVerification(result)}${exported}`);
  return result.ok ? 0 : 1;
}

/** Catches the read model up with the log, and ends. */
export async function projectCommand(app: App, output: Output): Promise<number> {
  const progress = createProgress(output.json);
  const heads = await readHeads(app.database.sql);
  const total = [...heads.values()].reduce((sum, head) => sum + head, 0);
  const { events } = await app.projector
    .catchUpTo(heads, (left) => progress.update('project', total - left, total, 'events'))
    .finally(() => progress.stop());
  const lag = events === 0 && heads.size === 0 ? null : await readLag(app.database.sql);
  const result = { events, version: lag?.version ?? 0, lagEvents: lag?.events ?? 0 };
  output.result(
    result,
    () =>
      `${events} events folded; the read model is at version ${result.version}, ${result.lagEvents} events behind.`,
  );
  return 0;
}

/** Rebuilds beside the live read model and swaps; or, with `verify`, only compares: exit 1 when there is a difference. */
export async function rebuildCommand(
  app: App,
  output: Output,
  { verify, until }: { verify: boolean; until?: Date },
): Promise<number> {
  const progress = createProgress(output.json);
  const describe = createPace(() => performance.now());
  const deps = {
    ...app.rebuildDeps,
    onProgress: (step: RebuildProgress) =>
      progress.update('rebuild', step.events, step.total, 'events', describe(step)),
  };
  if (until !== undefined) {
    const result = await rebuildUntil(deps, until).finally(() => progress.stop());
    output.result(
      { ...result, swapped: false, differences: { count: 0, first: [] } },
      () =>
        `${result.snapshots} snapshots, folded from the ${result.events} events recorded up to ${until.toISOString()}, are in the schema ${result.schema}. The live read model is as it was; "make psql" looks at both. When you are done: set role coinlog_projector; drop schema ${result.schema} cascade;`,
    );
    return 0;
  }
  if (!verify) {
    const result = await rebuild(deps).finally(() => progress.stop());
    output.result(
      { ...result, differences: { count: 0, first: [] } },
      () =>
        `Rebuilt ${result.snapshots} snapshots from ${result.events} events in ${result.durationMs} ms, and swapped.`,
    );
    return 0;
  }
  const result = await verifyReadModel(deps).finally(() => progress.stop());
  const { count, first } = result.differences;
  output.result({ ...result, swapped: false }, () =>
    count === 0
      ? `No difference: ${result.snapshots} snapshots folded afresh from ${result.events} events are what is served.`
      : `${count} rows differ. The first: ${JSON.stringify(first, null, 2)}\nRun "coinlog rebuild" to replace the read model.`,
  );
  return count === 0 ? 0 : 1;
}
