import type { EventKey } from '../../../read/graphql/events.ts';
import type { RecordRef } from '../../../control/record-decisions.ts';
import type { GraphqlContext } from '../context.ts';
import { anomalyOf, type Anomaly } from '../types/anomaly.ts';
import { driftOf, type SchemaDrift } from '../types/drift.ts';
import { eventOf, type Event } from '../types/event.ts';
import { rebuildOf, type Rebuild } from '../types/rebuild.ts';
import { rejectedOf, type RejectedRecord } from '../types/rejected.ts';
import { runOf, type Run } from '../types/run.ts';
import { sourceOf, type Source } from '../types/source.ts';

/** A run by its own id, or null. */
export async function loadRun({ runs }: GraphqlContext, runId: string | null): Promise<Run | null> {
  const row = runId === null ? null : await runs.load(runId);
  return row && runOf(row);
}

/** An event by stream and version, or null. */
export async function loadEvent({ events }: GraphqlContext, key: EventKey): Promise<Event | null> {
  const header = await events.load(key);
  return header && eventOf(header);
}

/** The event that a row of the read model came from: there always is one. */
export async function loadOrigin(context: GraphqlContext, { stream, version }: EventKey): Promise<Event> {
  const event = await loadEvent(context, { stream, version });
  if (event === null)
    throw new Error(`${stream} has no event ${version}, which the read model is folded from`);
  return event;
}

/** A drift by its own id, or null. */
export async function loadDrift({ drifts }: GraphqlContext, driftId: string): Promise<SchemaDrift | null> {
  const row = await drifts.load(driftId);
  return row && driftOf(row);
}

/** An anomaly by its own id, or null. */
export async function loadAnomaly({ anomalies }: GraphqlContext, anomalyId: string): Promise<Anomaly | null> {
  const row = await anomalies.load(anomalyId);
  return row && anomalyOf(row);
}

/** A rejected record by its event and its place there, or null. */
export async function loadRejected(
  { rejected }: GraphqlContext,
  ref: RecordRef,
): Promise<RejectedRecord | null> {
  const row = await rejected.load(ref);
  return row && rejectedOf(row);
}

/** A rebuild by its own id, or null. */
export async function loadRebuild({ rebuilds }: GraphqlContext, rebuildId: string): Promise<Rebuild | null> {
  const row = await rebuilds.load(rebuildId);
  return row && rebuildOf(row);
}

/** A source by its name, or null. */
export async function loadSource(
  { sources, sourceStates }: GraphqlContext,
  name: string,
): Promise<Source | null> {
  const config = sources.find(({ source }) => source.name === name);
  return config ? sourceOf(config, await sourceStates.load(name)) : null;
}
