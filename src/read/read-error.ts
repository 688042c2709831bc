import { isUnreachable } from '../database/client.ts';
import { databaseAway } from '../database/open.ts';
import { CoinlogError } from '../errors.ts';

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** What a failed statement means to whoever asked. */
export function readError(error: unknown): unknown {
  if (isUnreachable(error)) return databaseAway(error);
  const code = codeOf(error);
  // The schema or the table is not there.
  if (code === '3F000' || code === '42P01')
    return new CoinlogError(
      'READ_MODEL_MISSING',
      'There is no read model yet: start a worker, or run "coinlog project".',
      {
        cause: error,
      },
    );
  // Cancelled by the time limit that every reader's connection has.
  if (code === '57014')
    return new CoinlogError(
      'QUESTION_TOO_SLOW',
      'The database took too long over the question: ask for less, or for a smaller page.',
      { cause: error },
    );
  return error;
}
