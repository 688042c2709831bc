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

/** How a batch was written. */
export interface Isolated<T> {
  /** Of the last part. */
  result: T;
  /**
   * The last part is an event that became a dead letter only now. What follows it in the batch was folded as if it
   * counted, is not written, and has to be folded again.
   */
  putAside: boolean;
}

/**
 * Writes a batch; where its contents make that fail, halves it until the culprit is alone, and writes that one as a
 * dead letter. Every part is a transaction of its own, in the order of the batch. Stops at the first part that `goOn`
 * refuses, and behind a culprit.
 */
export async function writeIsolating<T>(
  batch: readonly FoldedEvent[],
  write: WritePart<T>,
  goOn: (result: T) => boolean,
): Promise<Isolated<T>> {
  try {
    return { result: await write(batch), putAside: false };
  } catch (error) {
    const [only] = batch;
    if (!isDeterministic(error) || only === undefined) throw error;
    if (batch.length === 1) {
      if (only.kind === 'dead') throw error;
      const dead: FoldedEvent = { kind: 'dead', event: only.event, reason: messageOf(error) };
      return { result: await write([dead]), putAside: true };
    }
    const middle = Math.ceil(batch.length / 2);
    const first = await writeIsolating(batch.slice(0, middle), write, goOn);
    if (first.putAside || !goOn(first.result)) return first;
    return writeIsolating(batch.slice(middle), write, goOn);
  }
}
