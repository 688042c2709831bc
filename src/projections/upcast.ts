import { CoinlogError } from '../errors.ts';
import type { EventHeader, Metadata } from '../log/event.ts';

/** What an event of a schema says, in the words of the next one. */
type Upcast = (metadata: Metadata) => Metadata;

/** A page that was recorded before there were contracts was taken as it came. */
const withContract: Upcast = (metadata) => ({ contract: 'evolve', ...metadata });

/** By type, the step from each schema to the next, the first one first. A type that is not here has one schema only. */
const upcasts: Readonly<Record<string, readonly Upcast[]>> = {
  'page.fetched': [withContract],
};

/** The schema that the folds read, and that events of a type are written in. */
export const schemaVersionOf = (type: string): number => 1 + (upcasts[type]?.length ?? 0);

/**
 * Pure: an event in the newest schema of its type, so that a fold knows no other. The log keeps it as it is. Throws on a
 * schema that only a later coinlog knows.
 */
export function upcast<Event extends EventHeader>(event: Event): Event {
  const { type, schemaVersion, metadata } = event;
  const newest = schemaVersionOf(type);
  if (schemaVersion === newest) return event;
  if (schemaVersion > newest)
    throw new CoinlogError(
      'FOLD_FAILED',
      `it has schema ${schemaVersion} of ${type}, and this coinlog knows ${newest}: a later one wrote it`,
    );
  const steps = (upcasts[type] ?? []).slice(schemaVersion - 1);
  return {
    ...event,
    schemaVersion: newest,
    metadata: steps.reduce((said, step) => step(said), metadata),
  };
}
