import { deriveId } from '../../log/event-id.ts';
import type { RecordedParams } from '../../sources/source.ts';
import type { DriftFinding } from './finding.ts';

/** A finding as it is kept. The same difference again has the same id: its counts add up, its versions widen. */
export interface DriftReport extends DriftFinding {
  id: string;
  /** The pages that have it; of what is absent, the run's first page and its end. */
  firstVersion: number;
  lastVersion: number;
  /** What the run asked for, without the page. */
  params: RecordedParams;
}

/** The id of a difference within a stream. */
export function driftId(stream: string, { kind, path, before, after }: DriftFinding): string {
  return deriveId('drift', stream, kind, path, before ?? '', after ?? '');
}
