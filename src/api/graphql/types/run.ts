import { Int, ObjectType } from 'type-graphql';
import { nodeId } from '../../../read/graphql/node-id.ts';
import type { RunRow } from '../../../read/runs.ts';
import { connectionType } from '../connection.ts';
import { RunStatus } from '../enums.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime, SafeInt } from '../scalars.ts';
import { Node } from './node.ts';

@ObjectType({ description: 'Why a run ended before its end.', simpleResolvers: true })
export class RunError {
  @Required(() => String, 'What kind of failure, as `RATE_LIMITED`.')
  code: string;

  @Required(() => String, 'What happened, where, and what to do next.')
  message: string;
}

@ObjectType({
  implements: Node,
  description:
    'One run of a feed. recordsRead = accepted + revised + rejected + duplicates + skipped, where read is counted apart from the rest.',
  simpleResolvers: true,
})
export class Run extends Node {
  @Required(() => String, 'Whose feed it is.')
  source: string;

  @Required(() => String, 'The feed, which is the name of its stream in the log, as `coingecko.markets`.')
  feed: string;

  @Required(() => RunStatus, 'How it stands.')
  status: string;

  @Required(() => Boolean, 'It completed, and everything it read was known already.')
  unchanged: boolean;

  @Required(() => DateTime, 'When it began.')
  startedAt: Date;

  @Optional(() => DateTime, 'When it ended; null while it runs.')
  endedAt: Date | null;

  @Optional(() => SafeInt, 'From beginning to end, in milliseconds; null while it runs.')
  durationMs: number | null;

  @Optional(() => DateTime, 'When it is tried again, where it was put off.')
  nextAttemptAt: Date | null;

  @Required(() => Int, 'Pages fetched, or chunks of a file read.')
  pages: number;

  @Required(() => SafeInt, 'Bytes received, before compression.')
  bytes: number;

  @Required(() => Int, 'Requests made, the failed ones too.')
  attempts: number;

  @Required(() => Int, 'Records in what was received.')
  recordsRead: number;

  @Required(() => Int, 'Records with a new observation.')
  accepted: number;

  @Required(() => Int, 'Records with other values for an observation that was known.')
  revised: number;

  @Required(() => Int, 'Records that could not be read.')
  rejected: number;

  @Required(() => Int, 'Records that say nothing new.')
  duplicates: number;

  @Required(() => Int, 'Records without anything to keep, such as a coin without any quote.')
  skipped: number;

  @Optional(() => RunError, 'Why it failed; null when it did not.')
  error: RunError | null;
}

export const RunConnection = connectionType(Run, 'Run', 'runs');

/** A run of the read model as the API shows it. */
export const runOf = ({ runId, ...row }: RunRow): Run => ({ ...row, id: nodeId({ kind: 'run', runId }) });

/** A run that has begun and is not in the read model yet. */
export const begunRun = (begun: Pick<RunRow, 'runId' | 'source' | 'feed' | 'startedAt'>): Run =>
  runOf({
    ...begun,
    status: 'RUNNING',
    unchanged: false,
    endedAt: null,
    durationMs: null,
    nextAttemptAt: null,
    pages: 0,
    bytes: 0,
    attempts: 0,
    recordsRead: 0,
    accepted: 0,
    revised: 0,
    rejected: 0,
    duplicates: 0,
    skipped: 0,
    error: null,
  });
