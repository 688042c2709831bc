import { CoinlogError } from '../errors.ts';
import { openLog, type LogKind } from '../log/log-kind.ts';
import type { IngesterDeps } from './outcome.ts';

/** A log holds one kind of data: throws LOG_KIND_MISMATCH for an answer or file of the other, before it is stored. */
export async function admit({ sql, kind: wanted, now }: IngesterDeps, kind: LogKind): Promise<void> {
  if (wanted !== null && wanted !== kind)
    throw new CoinlogError(
      'LOG_KIND_MISMATCH',
      `Expected ${wanted} data, got ${kind} data: check the base URLs.`,
    );
  await openLog(sql, kind, now());
}
