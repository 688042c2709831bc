import type { Decision } from '../identity/decision.ts';

/** A coin's own id comes before all else that is decided on it. */
const beginsCoin = (decision: Decision): boolean =>
  decision.kind === 'link' && decision.method === 'FIRST_SEEN';

/**
 * Decisions in batches of about so many, cut only where a new coin begins: a kill between two batches must not leave a
 * coin without a member behind that nobody would ever merge, since nothing would lead to it any more.
 */
export function* inBatches(decisions: readonly Decision[], size: number): Generator<Decision[]> {
  let batch: Decision[] = [];
  for (const decision of decisions) {
    if (batch.length >= size && beginsCoin(decision)) {
      yield batch;
      batch = [];
    }
    batch.push(decision);
  }
  if (batch.length > 0) yield batch;
}
