import { z } from 'zod';

/** The stream of what the monitor found: what absence tells, or a limit that is a setting, is nothing that a fold knows. */
export const monitorStream = 'monitor';
export const raisedType = 'anomaly.raised';
export const resolvedType = 'anomaly.resolved';

export const severities = ['INFO', 'WARNING', 'CRITICAL'] as const;
export type AnomalySeverity = (typeof severities)[number];

/** `spread`: the quotes of a coin are far apart. `source_silent`: a source has not been read for too long. */
export const anomalyKinds = ['spread', 'source_silent'] as const;
export type AnomalyKind = (typeof anomalyKinds)[number];

const value: z.ZodType<EvidenceValue> = z.lazy(() =>
  z.union([z.string(), z.int(), z.boolean(), z.null(), z.array(value), z.record(z.string(), value)]),
);
type EvidenceValue =
  string | number | boolean | null | readonly EvidenceValue[] | { readonly [key: string]: EvidenceValue };

/** The metadata of `anomaly.raised`. The kind is open: what an older coinlog raised stays readable. */
export const raisedMetadata = z.object({
  anomaly: z.uuid(),
  kind: z.string().min(1),
  severity: z.enum(severities),
  source: z.string().nullable(),
  coinId: z.string().nullable(),
  message: z.string(),
  evidence: z.record(z.string(), value),
});
export type Raised = z.infer<typeof raisedMetadata>;

/** The metadata of `anomaly.resolved`. */
export const resolvedMetadata = z.object({ anomaly: z.uuid(), reason: z.string() });
