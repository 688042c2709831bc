import type { SourceConfig } from '../../config/config.ts';
import { messageOf } from '../../errors.ts';
import type { IngestOutcome } from '../../ingest/outcome.ts';
import type { Administration } from './administration.ts';

/** What became of the beginning of a run; its end is nobody's business here. */
export type Beginning =
  | { kind: 'begun'; source: SourceConfig; runId: string }
  | { kind: 'not_started'; source: SourceConfig; reason: string };

const beginningOf = (source: SourceConfig, outcome: IngestOutcome): Beginning =>
  'runId' in outcome
    ? { kind: 'begun', source, runId: outcome.runId }
    : { kind: 'not_started', source, reason: outcome.message };

/**
 * Begins a run and leaves it to go on by itself: the ingester ends it when the program stops. Never throws; a failure
 * is in the log.
 */
export function beginRun(
  { ingester, log }: Pick<Administration, 'ingester' | 'log'>,
  source: SourceConfig,
  reason: string,
): Promise<Beginning> {
  const { name } = source.source;
  const begun = Promise.withResolvers<Beginning>();
  const onStart = (runId: string) => begun.resolve({ kind: 'begun', source, runId });
  ingester
    .ingest(source, { reason, onStart })
    .then((outcome) => begun.resolve(beginningOf(source, outcome)))
    .catch((error: unknown) => {
      log.error({ source: name, reason: messageOf(error) }, 'a run that was asked for could not be done');
      begun.resolve({ kind: 'not_started', source, reason: 'it could not be begun: the log says why' });
    });
  return begun.promise;
}
