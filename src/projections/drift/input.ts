import { z } from 'zod';
import type { EventHeader } from '../../log/event.ts';
import type { DriftInput } from './fold.ts';
import { driftModes, type DriftMode } from './modes.ts';
import type { Shape } from './shape.ts';

const started = z.object({ acknowledged: z.array(z.string()).default([]) });
const page = z.object({
  request: z.object({ params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) }),
  contract: z.enum(driftModes),
  pages_asked: z.union([z.number(), z.string()]).optional(),
});

/** What becomes of a page's records that differ; a file has no contract, and all are taken. */
export const modeOf = (event: EventHeader): DriftMode =>
  page.safeParse(event.metadata).data?.contract ?? 'evolve';

const endings = new Set(['run.failed', 'run.deferred', 'run.abandoned']);

/** Pure: what an event says to the fold of its feed's drift; `shape` is that of a page's records. */
export function driftInputs(event: EventHeader, shape: Shape | null): DriftInput[] {
  const { runId, type, version } = event;
  if (runId === null) return [];
  if (type === 'run.started') {
    const { acknowledged } = started.parse(event.metadata);
    const known = acknowledged.map((driftId): DriftInput => ({ kind: 'acknowledged', driftId }));
    return [...known, { kind: 'started', runId }];
  }
  if (type === 'page.fetched' && shape !== null) {
    const { request, contract, pages_asked: pages } = page.parse(event.metadata);
    // The first hundred coins and the first thousand are not alike.
    const params = { ...request.params, ...(pages === undefined ? {} : { pages }) };
    return [{ kind: 'page', runId, version, params, mode: contract, shape }];
  }
  if (type === 'run.completed') return [{ kind: 'completed', runId, version }];
  if (type === 'page.unchanged') return [{ kind: 'unchanged', runId }];
  if (endings.has(type)) return [{ kind: 'ended', runId }];
  return [];
}
