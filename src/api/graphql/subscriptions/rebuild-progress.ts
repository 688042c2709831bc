import { setTimeout as sleep } from 'node:timers/promises';
import { parseNodeId } from '../../../read/graphql/node-id.ts';
import { readNewestRebuild, readRebuildsById, type RebuildRow } from '../../../read/rebuilds.ts';
import { rebuildOf } from '../types/rebuild.ts';
import type { SubscriptionField } from './subscription.ts';
import type { View } from './view.ts';

// As often as a rebuild writes down how far it is; it changes no version that could be waited for.
const lookEveryMs = 250;

function rebuildIn(view: View, id: string | null): Promise<RebuildRow | null> {
  const { read } = view.context.reads;
  if (id === null) return view.once('rebuild', () => read(readNewestRebuild));
  return view.once(
    `rebuild ${id}`,
    async () => (await read((sql) => readRebuildsById(sql, [id]))).get(id) ?? null,
  );
}

/** `rebuildProgress`: how far a rebuild is, each time it has moved, until it has ended; without an id the newest, and on. */
export const rebuildProgress: SubscriptionField = async function* (hub, { args, tell }) {
  const asked = typeof args['id'] === 'string' ? parseNodeId(args['id']) : null;
  const id = asked?.kind === 'rebuild' ? asked.rebuildId : null;
  if (args['id'] != null && id === null) return;
  let known = 'null';
  while (!hub.watch.closed) {
    const next = await hub.views.use(0, async (view) => {
      const row = await rebuildIn(view, id);
      const now = JSON.stringify(row);
      const message = row !== null && now !== known ? await tell(rebuildOf(row), view.context) : null;
      return { row, now, message };
    });
    if (next.message) yield next.message;
    known = next.now;
    if (id !== null && next.row?.status !== 'running') return;
    await sleep(lookEveryMs);
  }
};
