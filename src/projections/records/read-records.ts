import type { LogEvent } from '../../log/event.ts';
import type { RecordIssue, SourceRecord } from '../../sources/record.ts';
import type { Feed } from '../../sources/source.ts';
import type { KnownTypes } from '../drift/baseline.ts';
import { enforce, type Enforced } from '../drift/contract.ts';
import type { DriftMode } from '../drift/modes.ts';
import { shapeOf } from '../drift/shape-of.ts';
import type { Shape } from '../drift/shape.ts';
import { unpacked } from './unpacked.ts';

/** What a payload's records are held against before they are read. */
export interface RecordContract {
  mode: DriftMode;
  /** Null until a first run has completed. */
  known: readonly KnownTypes[] | null;
  /** An operator has let this record through. */
  isReleased(recordIndex: number): boolean;
  /** How the columns of files are read, by name, where an operator has said so. */
  mappings: ReadonlyMap<string, unknown>;
}

export interface ReadRecords {
  records: SourceRecord[];
  /** Of the values as they were received; null for a file. */
  shape: Shape | null;
  /** The page was put aside whole. */
  frozen: boolean;
}

const rejected = (index: number, issues: RecordIssue[]): SourceRecord => ({
  kind: 'rejected',
  index,
  line: null,
  issues,
});

/** Pure: the records of a payload, with those that the contract refuses as rejected ones. */
export function readRecords(event: LogEvent, feed: Feed, contract: RecordContract): ReadRecords {
  if (feed.kind === 'file') {
    const records = feed.toRecords({ ...unpacked(event), mappings: contract.mappings });
    return { records, shape: null, frozen: false };
  }
  const values = feed.readValues(event.payload);
  const shape = shapeOf(values, feed.fields);
  const enforced = enforce(contract.mode, values, contract.known, feed.fields);
  const isRefused = (index: number): boolean =>
    !contract.isReleased(index) && refusal(enforced, index) !== null;
  const kept = values.map((value, index) => {
    if (enforced.kind === 'frozen' || contract.isReleased(index)) return value;
    const verdict = enforced.verdicts[index];
    return verdict?.kind === 'keep' ? verdict.value : value;
  });
  const records = feed
    .toRecords({ ...event, values: kept })
    .map((record) =>
      isRefused(record.index) ? rejected(record.index, refusal(enforced, record.index) ?? []) : record,
    );
  return { records, shape, frozen: enforced.kind === 'frozen' };
}

/** Why the contract refuses a record, or null when it does not. */
function refusal(enforced: Enforced, index: number): RecordIssue[] | null {
  if (enforced.kind === 'frozen') return enforced.issues;
  const verdict = enforced.verdicts[index];
  return verdict?.kind === 'discard' ? verdict.issues : null;
}
