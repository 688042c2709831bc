import type { ExecutionResult } from 'graphql';
import type { ReadSessions } from '../../../read/session.ts';
import type { ReadVersion } from '../../../read/versions.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { Asked, GraphqlContext, Outcome } from '../context.ts';
import { isInternal } from '../errors.ts';
import { logFailure } from '../plugins.ts';
import { createReads, createSteadyReads, type Reads } from '../reads.ts';
import type { Operation } from './operation.ts';
import type { Variables } from './weigh.ts';

/** An operation that has passed every check. */
export interface Admitted {
  operation: Operation;
  variables: Variables;
  cost: number | null;
  asked: Asked;
}

export interface Ran {
  result: ExecutionResult;
  outcome: Outcome;
}

export interface RunDeps {
  sessions: ReadSessions;
  contextOf: (asked: Asked, reads: Reads) => GraphqlContext;
  log: Logger;
}

/** Runs operations over reads of one version each. */
export function createRunOperation({ sessions, contextOf, log }: RunDeps) {
  async function runOver(reads: Reads, { operation, variables, cost, asked }: Admitted): Promise<Ran> {
    const context = contextOf(asked, reads);
    const { outcome } = context;
    outcome.cost = cost;
    try {
      const result = await operation.run(context, variables);
      // Without a database there is no version; the errors say so.
      outcome.version = await reads.version().catch(() => null);
      outcome.clean = result.errors === undefined && outcome.version !== null;
      for (const error of result.errors?.filter(isInternal) ?? [])
        logFailure(log, error, context, operation.name);
      return { result, outcome };
    } finally {
      await reads.close();
    }
  }

  return async (admitted: Admitted, seen: ReadVersion | null): Promise<Ran> => {
    const steady = createSteadyReads(sessions, seen);
    const ran = await runOver(steady, admitted);
    // The version moved: once more, from a snapshot, which holds.
    return (await steady.isWhole()) ? ran : runOver(createReads(sessions), admitted);
  };
}

export type RunOperation = ReturnType<typeof createRunOperation>;
