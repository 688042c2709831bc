import { z } from 'zod';
import type { Metadata, MetadataValue } from '../log/event.ts';
import type { Decision } from './decision.ts';

/** The stream of every decision on which coin is which. */
export const identityStream = 'identity';

export const identityEventTypes = {
  link: 'link.decided',
  veto: 'link.vetoed',
  merge: 'coin.merged',
  split: 'coin.split',
} as const satisfies Record<Decision['kind'], string>;

/** A decision as the stream holds it. */
export interface IdentityEvent {
  version: number;
  decision: Decision;
}

const value: z.ZodType<MetadataValue> = z.lazy(() =>
  z.union([z.string(), z.int(), z.boolean(), z.null(), z.array(value), z.record(z.string(), value)]),
);
const evidence = z.record(z.string(), value);
const sourceCoin = { source: z.string().min(1), sourceCoinId: z.string().min(1) };
const coinId = z
  .string()
  .min(1)
  .refine((id) => !id.includes(':'), 'no colon');
const grounds = {
  method: z.enum(['OPERATOR', 'MAPPING', 'CONTRACT', 'SYMBOL_AND_NAME', 'DECLARED', 'FIRST_SEEN']),
  authority: z.int().min(0),
  confidencePercent: z.int().min(0).max(100),
  evidence,
};

/** The metadata of each type of event. */
export const identityMetadata = {
  link: z.object({ ...sourceCoin, coinId, ...grounds }),
  veto: z.object({ ...sourceCoin, coinId, evidence }),
  merge: z.object({ coinId, into: coinId, ...grounds }),
  split: z.object({ coinId, from: coinId, evidence }),
};

/** What an event says of a decision. A confidence is written in percent: metadata holds whole numbers only. */
export function toIdentityEvent(decision: Decision): { type: string; metadata: Metadata } {
  const type = identityEventTypes[decision.kind];
  if (decision.kind === 'link' || decision.kind === 'merge') {
    const { kind: _kind, confidence, ...said } = decision;
    return { type, metadata: { ...said, confidencePercent: Math.round(confidence * 100) } };
  }
  const { kind: _kind, ...said } = decision;
  return { type, metadata: said };
}

const withConfidence = <Said extends { confidencePercent: number }>({
  confidencePercent,
  ...said
}: Said) => ({
  ...said,
  confidence: confidencePercent / 100,
});

/** The decision of an event; null for an event of another type. Throws on metadata it cannot have. */
export function parseIdentityEvent(type: string, metadata: unknown): Decision | null {
  switch (type) {
    case identityEventTypes.link:
      return { kind: 'link', ...withConfidence(identityMetadata.link.parse(metadata)) };
    case identityEventTypes.merge:
      return { kind: 'merge', ...withConfidence(identityMetadata.merge.parse(metadata)) };
    case identityEventTypes.veto:
      return { kind: 'veto', ...identityMetadata.veto.parse(metadata) };
    case identityEventTypes.split:
      return { kind: 'split', ...identityMetadata.split.parse(metadata) };
    default:
      return null;
  }
}
