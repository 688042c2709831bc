import { setImmediate as afterTicks } from 'node:timers/promises';
import type { Transaction } from '../database/client.ts';

/** PostgreSQL refused a COPY after its last row, and the client library has lost the reason. */
export class CopyFailed extends Error {}

const isAborted = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '25P02';

/**
 * Runs a COPY from lines of text, each with its end, in parts. postgres.js forgets the stream once the last row is sent, and what PostgreSQL finds
 * after that never ends it: so this waits for a statement behind the COPY, which finds the transaction aborted. Throws
 * CopyFailed then, and any other error as itself.
 */
export async function copyRows(
  tx: Transaction,
  copy: string,
  parts: readonly (string | Uint8Array)[],
): Promise<void> {
  const target = await tx.unsafe(copy).writable();
  await new Promise<void>((resolve, reject) => {
    target.on('error', reject);
    let left = parts.length;
    const written = (error: Error | null | undefined): void => {
      left -= 1;
      if (error) reject(error);
      else if (left === 0) resolve();
    };
    for (const part of parts) target.write(part, written);
  });
  target.end();
  // The library refuses a statement until the stream's end has gone out, which is a tick later.
  await afterTicks();
  try {
    await tx`select 1`;
  } catch (error) {
    if (isAborted(error)) throw new CopyFailed('COPY failed after its last row', { cause: error });
    throw error;
  }
}
