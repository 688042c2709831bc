import type { RunRow } from '../../../read/runs.ts';
import { runOf } from '../types/run.ts';
import type { SubscriptionField } from './subscription.ts';

/** Pure: the runs that are not as they were, the oldest first; and how all of them are now. */
export function changedRuns(known: ReadonlyMap<string, string>, runs: readonly RunRow[]) {
  const now = new Map(runs.map((run) => [run.runId, JSON.stringify(run)]));
  const changed = runs.filter(({ runId }) => known.get(runId) !== now.get(runId)).toReversed();
  return { now, changed };
}

/** `runChanged`: each run that begins, goes on or ends from now on, as it is then. */
export const runChanged: SubscriptionField = async function* (hub, { args, request, tell }) {
  const { source = null } = args as { source?: string | null };
  const first = await hub.views.use(0, async (view) => ({
    told: view.version,
    ...changedRuns(new Map(), await view.newestRuns()),
  }));
  let { told, now: known } = first;
  for (;;) {
    const version = await hub.watch.later(told);
    if (hub.watch.closed) return;
    const next = await hub.views.use(version, async (view) => {
      const { now, changed } = changedRuns(known, await view.newestRuns());
      const wanted = changed.filter((run) => source === null || run.source === source);
      const messages = wanted.map((run) =>
        view.once(`${request} ${now.get(run.runId)}`, () => tell(runOf(run), view.context)),
      );
      return { told: view.version, now, messages: await Promise.all(messages) };
    });
    told = next.told;
    known = next.now;
    yield* next.messages;
  }
};
