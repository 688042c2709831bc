import { messageOf } from '../errors.ts';
import type { FoldedEvent } from './fold-event.ts';

/**
 * Whether an error comes from what is written, so that trying again ends the same: data exceptions, integrity
 * violations and limits of PostgreSQL, or an error of our own code. A database that is away, full or shutting down says
 * something else, and is tried again.
 */
export function isDeterministic(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
  if (code === null) return error instanceof TypeError || error instanceof RangeError || isZodError(error);
  return /^(22|23|54)[0-9A-Z]{3}$/.test(code);
}

const isZodError = (error: unknown): boolean => error instanceof Error && error.name === 'ZodError';

export type WritePart<T> = (batch: readonly FoldedEvent[]) => Promise<T>;

/**
 * Writes a batch; where its contents make that fail, halves it until the culprit is alone, and writes that one as a
 * dead letter. Every part is a transaction of its own, in the order of the batch. Stops at the first part that `goOn`
 * refuses.
 */
export async function writeIsolating<T>(
  batch: readonly FoldedEvent[],
  write: WritePart<T>,
  goOn: (result: T) => boolean,
): Promise<T> {
  try {
    return await write(batch);
  } catch (error) {
    const [only] = batch;
    if (!isDeterministic(error) || only === undefined) throw error;
    if (batch.length === 1) {
      if (only.kind === 'dead') throw error;
      return write([{ kind: 'dead', event: only.event, reason: messageOf(error) }]);
    }
    const middle = Math.ceil(batch.length / 2);
    const first = await writeIsolating(batch.slice(0, middle), write, goOn);
    return goOn(first) ? writeIsolating(batch.slice(middle), write, goOn) : first;
  }
}
