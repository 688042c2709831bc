import { Int, ObjectType } from 'type-graphql';
import { nodeId } from '../../../read/graphql/node-id.ts';
import type { RejectedRow } from '../../../read/rejected.ts';
import { connectionType } from '../connection.ts';
import { RejectedStatus } from '../enums.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';
import { Node } from './node.ts';

@ObjectType({ description: 'One thing that is wrong with a record.', simpleResolvers: true })
export class RecordIssue {
  @Required(() => String, 'Where in the record; empty for the record itself.')
  path: string;

  @Required(() => String, 'What kind of mistake, for programs.')
  code: string;

  @Required(() => String, 'What is wrong, for people.')
  message: string;

  @Optional(() => String, 'What should be there.')
  expected: string | null;

  @Optional(() => String, 'What is there, cut short where it is long.')
  received: string | null;
}

@ObjectType({
  implements: Node,
  description: 'A record that could not be read. Its event keeps it as it was received.',
  simpleResolvers: true,
})
export class RejectedRecord extends Node {
  @Required(() => String, 'Whose record it is.')
  source: string;

  @Required(() => Int, 'Its place in the event, from 0.')
  recordIndex: number;

  @Optional(() => Int, "Its line in the file, from 1; null for an API's record.")
  line: number | null;

  @Required(() => [RecordIssue], 'Everything that is wrong with it; of a replayed one, that was.')
  issues: RecordIssue[];

  @Required(() => RejectedStatus, 'What became of it.')
  status: string;

  @Optional(() => String, 'Why it was given up; null unless it was.')
  discardReason: string | null;

  @Required(() => DateTime, 'When its event was recorded.')
  recordedAt: Date;

  /** For `event`, `rawRecord` and `run`. */
  stream: string;
  version: number;
  runId: string | null;
}

export const RejectedRecordConnection = connectionType(RejectedRecord, 'RejectedRecord', 'rejected records');

/** A rejected record of the read model as the API shows it. */
export function rejectedOf(row: RejectedRow): RejectedRecord {
  const { stream, version, recordIndex } = row;
  return { ...row, id: nodeId({ kind: 'rejected', stream, version, recordIndex }) };
}
