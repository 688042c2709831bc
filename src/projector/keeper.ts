import { releaseLease, type LeaseRequest } from '../database/lease.ts';
import { CoinlogError } from '../errors.ts';
import { madeByOf, readDecisions } from './decisions.ts';
import { createIdentityMemory } from './identity-memory.ts';
import type { ProjectorDeps } from './projector.ts';
import { rebuild } from './rebuild.ts';
import { createLiveReadModel, readModelState } from './schema.ts';
import type { WriteTarget } from './write-batch.ts';

/** What a writer may do with the read model as it stands. */
export type Kept =
  | { kind: 'ready'; target: WriteTarget }
  /** It was rebuilt, and the lease given up for that long: somebody else may be writing by now. */
  | { kind: 'rebuilt' }
  /** It was made by another coinlog that started after this one: that one writes it. */
  | { kind: 'superseded' }
  /** The rebuild stopped at an event, and would again. */
  | { kind: 'unreadable'; error: CoinlogError };

export interface Keeper {
  /** To be asked at every step, since a decision may have come with the last one. The lease is held. */
  ensure(): Promise<Kept>;
  /**
   * For one that stands by, without the lease: replaces a read model that another code has made and is perhaps still
   * writing. Null when there is nothing to replace.
   */
  overtake(): Promise<Kept | null>;
}

/**
 * Sees to it that the read model is made by these folds and what operators decided: makes it, or rebuilds it beside the
 * live one and swaps. Of two versions of coinlog that run side by side the one that started last has its way; the other
 * one stands by, or they would rebuild in turn for ever.
 */
export function createKeeper(deps: ProjectorDeps, lease: LeaseRequest, signal: AbortSignal): Keeper {
  const { sql, log, now, codeDigest, holder } = deps;
  const identity = createIdentityMemory(deps);
  let wasOurs = false;
  let unreadable: { foldDigest: string; error: CoinlogError } | null = null;

  async function rebuildBeside(was: string, foldDigest: string): Promise<Kept> {
    log.warn(
      { was, is: foldDigest },
      'the folds, or what they have to obey, have changed: rebuilding the read model beside the live one',
    );
    // Whoever has the folds that made the live one may follow with them meanwhile.
    await releaseLease(sql, lease.name, holder);
    try {
      await rebuild({ ...deps, signal });
    } catch (error) {
      if (!(error instanceof CoinlogError) || error.code !== 'EVENT_UNREADABLE') throw error;
      unreadable = { foldDigest, error };
      return { kind: 'unreadable', error };
    }
    wasOurs = true;
    return { kind: 'rebuilt' };
  }

  return {
    async overtake() {
      const state = await readModelState(sql, 'read');
      if (wasOurs || state === null || state.codeDigest === codeDigest) return null;
      const { foldDigest } = await readDecisions(sql, codeDigest);
      if (unreadable?.foldDigest === foldDigest) return { kind: 'unreadable', error: unreadable.error };
      return rebuildBeside(state.foldDigest, foldDigest);
    },
    async ensure() {
      const [state, decisions] = [await readModelState(sql, 'read'), await readDecisions(sql, codeDigest)];
      const { foldDigest } = decisions;
      // What has gone from the history goes at the end of a rebuild, and no other way.
      if (state === null && decisions.expiries.length > 0) return rebuildBeside('none', foldDigest);
      if (state === null) await createLiveReadModel(sql, lease, madeByOf(codeDigest, decisions), now());
      else if (state.foldDigest !== foldDigest) {
        if (wasOurs && state.codeDigest !== codeDigest) return { kind: 'superseded' };
        // Tried again once an operator has decided something.
        if (unreadable?.foldDigest === foldDigest) return { kind: 'unreadable', error: unreadable.error };
        return rebuildBeside(state.foldDigest, foldDigest);
      }
      wasOurs = true;
      return {
        kind: 'ready',
        target: {
          schema: 'read',
          lease,
          decisions,
          onDead: 'put aside',
          gathered: null,
          identity,
        },
      };
    },
  };
}
