import type { Transaction } from '../database/client.ts';
import { correctionStatements, redactCorrections } from '../projections/snapshots/corrections.ts';
import type { Decisions } from './decisions.ts';
import type { ShownSwap } from './shown.ts';

const tables = ['snapshot', 'snapshot_revision'] as const;

/** The columns that a table has in both schemas. */
async function sharedColumns(tx: Transaction, table: string): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_name = ${table} and table_schema in ('read', 'read_next')
    group by column_name having count(*) = 2 order by column_name`;
  return rows.map(({ name }) => name);
}

/**
 * Notes what a swap is about to change, so that what was shown before stays known: the same records read by other folds,
 * or after what operators decided. Both sides stand at the same events, and the same folds make the same of them:
 * there is nothing to compare then.
 */
export async function noteCorrections(
  tx: Transaction,
  version: number,
  liveDigest: string,
  { foldDigest, redactions }: Decisions,
): Promise<ShownSwap> {
  const noted: ShownSwap = { foldDigest, withdrawn: 0, introduced: 0 };
  const redacted = [...redactions];
  await tx.unsafe(redactCorrections, [redacted]);
  if (liveDigest === foldDigest) return noted;
  for (const table of tables) {
    const columns = await sharedColumns(tx, table);
    // Made by a coinlog that did not keep readings yet.
    if (!columns.includes('since_version')) continue;
    const { withdraw, introduce } = correctionStatements(table, columns);
    noted.withdrawn += (await tx.unsafe(withdraw, [version, redacted])).count;
    noted.introduced += (await tx.unsafe(introduce, [version])).count;
  }
  return noted;
}
