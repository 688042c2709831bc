import type { Transaction } from '../database/client.ts';
import { writeSweptPages } from '../projections/coins/sweep.ts';
import type { FoldedEvent } from './fold-event.ts';
import { storableJson } from './storable-json.ts';

interface Change {
  /** Null: its run is over. */
  runId: string | null;
  pages: { stream: string; version: number; run_id: string; source_coin_ids: string[] }[];
}

/** Writes which coins the pages had of runs that are not over. */
export async function writeSweeps(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const changes = new Map<string, Change>();
  for (const folded of batch) {
    if (folded.kind === 'dead' || folded.sweep === null) continue;
    const { stream, version } = folded.event;
    if (folded.sweep.kind === 'over') {
      changes.set(stream, { runId: null, pages: [] });
      continue;
    }
    const { runId, sourceCoinIds } = folded.sweep;
    const known = changes.get(stream);
    const change = known?.runId === runId ? known : { runId, pages: [] };
    change.pages.push({ stream, version, run_id: runId, source_coin_ids: sourceCoinIds });
    changes.set(stream, change);
  }
  if (changes.size === 0) return;
  const pages = [...changes.values()].flatMap((change) => change.pages);
  const current = Object.fromEntries([...changes].map(([stream, { runId }]) => [stream, runId]));
  await tx.unsafe(writeSweptPages, [storableJson(pages), storableJson(current)]);
}
