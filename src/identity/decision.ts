import type { Metadata } from '../log/event.ts';
import type { SourceCoinRef } from './source-coin.ts';

/** How a link was found. */
export type LinkMethod = 'OPERATOR' | 'MAPPING' | 'CONTRACT' | 'SYMBOL_AND_NAME' | 'DECLARED' | 'FIRST_SEEN';

/**
 * Of two links of one source coin the one with more authority counts. What a file declares stands above a likeness of
 * names, since a person wrote it down, and below an address, which nobody writes down by mistake.
 */
export const authorities: Readonly<Record<LinkMethod, number>> = {
  OPERATOR: 100,
  MAPPING: 80,
  CONTRACT: 60,
  DECLARED: 50,
  SYMBOL_AND_NAME: 40,
  FIRST_SEEN: 0,
};

/** Why something was decided: text, whole numbers and booleans, for people to read. */
export type Evidence = Metadata;

interface Grounds {
  method: LinkMethod;
  authority: number;
  /** 0 to 1, in whole percent. */
  confidence: number;
  evidence: Evidence;
}

/** Which coin a source's coin is. */
export interface LinkDecision extends SourceCoinRef, Grounds {
  kind: 'link';
  coinId: string;
}

/** An id that has turned out to be an older coin's: it leads there from now on. */
export interface MergeDecision extends Grounds {
  kind: 'merge';
  coinId: string;
  into: string;
}

/** An id that leads to another coin no longer. */
export interface SplitDecision {
  kind: 'split';
  coinId: string;
  from: string;
  evidence: Evidence;
}

/** A standing no: the source's coin is not this coin, whatever evidence comes, until an operator links it again. */
export interface VetoDecision extends SourceCoinRef {
  kind: 'veto';
  coinId: string;
  evidence: Evidence;
}

export type Decision = LinkDecision | MergeDecision | SplitDecision | VetoDecision;
