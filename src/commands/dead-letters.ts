import { skipEvent } from '../control/skip-decisions.ts';
import { CoinlogError } from '../errors.ts';
import { readHeader } from '../log/read.ts';
import { rebuild } from '../projector/rebuild.ts';
import { readDeadLetters } from '../read/dead-letters.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';

const shownMax = 1_000;
const withRecords: ReadonlySet<string> = new Set(['page.fetched', 'file.chunk']);

async function showDeadLetters(app: App, output: Output): Promise<number> {
  const deadLetters = await readDeadLetters(app.database.readSql, shownMax);
  output.result({ deadLetters }, () =>
    deadLetters.length === 0
      ? 'No dead letters: the folds can read every event.'
      : table(
          ['stream', 'version', 'reason'],
          deadLetters.map(({ stream, version, reason }) => [stream, version, reason]),
        ),
  );
  return deadLetters.length;
}

/** Events that no fold can read, with the reason. */
export async function deadLettersList(app: App, output: Output): Promise<number> {
  await requireReadModel(app);
  await showDeadLetters(app, output);
  return 0;
}

/** Folds the log again, dead letters too, and swaps; it stops at the first one that is as unreadable as before. */
export async function deadLettersRetry(app: App, output: Output): Promise<number> {
  await requireReadModel(app);
  await rebuild(app.rebuildDeps);
  return (await showDeadLetters(app, output)) === 0 ? 0 : 1;
}

/** Lets an event pass for good: it stays in the log, and every fold goes on behind it. */
export async function deadLettersSkip(
  app: App,
  output: Output,
  stream: string,
  version: number,
  reason: string,
): Promise<number> {
  await requireReadModel(app);
  const { sql } = app.database;
  const event = await readHeader(sql, stream, version, app.archive);
  if (event === null) throw new CoinlogError('EVENT_NOT_FOUND', `There is no event ${version} in ${stream}.`);
  const dead = await readDeadLetters(app.database.readSql, shownMax);
  const isDead = dead.some((letter) => letter.stream === stream && letter.version === version);
  // New folds may stop at what those before could read; a run's beginning and end are never in the way.
  if (!isDead && !withRecords.has(event.type))
    throw new CoinlogError(
      'USAGE',
      `Event ${version} of ${stream} is no dead letter: there is nothing to let pass.`,
    );
  await skipEvent(sql, stream, version, byCommand(reason), app.now());
  await projectDecisions(app);
  await showDeadLetters(app, output);
  return 0;
}
