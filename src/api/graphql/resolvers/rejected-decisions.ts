import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { discardRecords, parseRecordKey, recordKey } from '../../../control/record-decisions.ts';
import { maxPageSize, wrongInput } from '../../../read/graphql/page-request.ts';
import { readRejected, type RejectedRow, type RejectedStatus } from '../../../read/rejected.ts';
import { replayRejected } from '../../../read/replay.ts';
import { byAdminKey } from '../administration.ts';
import type { GraphqlContext } from '../context.ts';
import { decide, untilSeen } from '../decide.ts';
import { assertKnownSource } from '../known-source.ts';
import { DiscardRejectedInput, ReplayRejectedInput } from '../mutation-inputs.ts';
import { DiscardRejectedPayload, ReplayRejectedPayload } from '../types/payloads.ts';
import { rejectedOf } from '../types/rejected.ts';

// More than anybody mends at once; the next call goes on with the rest.
const replayMax = 100_000;

/** The records of these ids, each once. Throws USAGE, which names an id of no rejected record. */
async function rowsNamed({ rejected }: GraphqlContext, ids: readonly string[]): Promise<RejectedRow[]> {
  if (ids.length > maxPageSize) throw wrongInput(`${ids.length} ids are too many: at most ${maxPageSize}.`);
  const found = await Promise.all(
    ids.map(async (id) => {
      const ref = parseRecordKey(id);
      const row = ref && (await rejected.load(ref));
      if (row === null) throw wrongInput(`There is no rejected record ${JSON.stringify(id)}.`);
      return row;
    }),
  );
  return [...new Map(found.map((row) => [recordKey(row), row])).values()];
}

async function rowsOf(context: GraphqlContext, { ids, source }: ReplayRejectedInput): Promise<RejectedRow[]> {
  assertKnownSource(source, context.sources);
  if (ids && source) throw wrongInput('ids and source name two sets of records: give one of them.');
  if (ids) return rowsNamed(context, ids);
  const filter = { source: source ?? undefined, status: 'OPEN' } as const;
  return context.reads.read((sql) => readRejected(sql, filter, replayMax));
}

const haveStatus = async (
  { rejected }: GraphqlContext,
  rows: readonly RejectedRow[],
  status: RejectedStatus,
): Promise<boolean> => {
  const found = await Promise.all(rows.map((row) => rejected.load(row)));
  return found.every((row) => row?.status === status);
};

@Resolver()
export class RejectedDecisionsResolver {
  @Mutation(() => ReplayRejectedPayload, {
    description:
      'Reads rejected records again from the log, after a fix of the parser or an acknowledged drift; nothing is fetched. Those that can be read now are on record as replayed, and the read model is folded again with them beside the live one. BAD_USER_INPUT: an id of no rejected record, an unknown source, more than 250 ids, or both ids and source.',
  })
  replayRejected(
    @Arg('input', () => ReplayRejectedInput, { description: 'Which records; all open ones unless told.' })
    input: ReplayRejectedInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ReplayRejectedPayload> {
    return decide(context, async ({ sql }) => {
      const rows = await rowsOf(context, input);
      const before = rows.filter(({ status }) => status === 'REPLAYED');
      const { archive, now } = context;
      const { replayed, stillRejected } = await replayRejected(
        { sql, archive, now },
        rows.filter(({ status }) => status !== 'REPLAYED'),
        byAdminKey('replayed through the API'),
      );
      const shown = replayed.slice(0, maxPageSize);
      await untilSeen(context, () => haveStatus(context, shown, 'REPLAYED'));
      const readable = replayed.map((row) => ({ ...row, status: 'REPLAYED' as const, discardReason: null }));
      const records = [...readable, ...before, ...stillRejected];
      return {
        replayed: readable.length + before.length,
        stillRejected: stillRejected.length,
        records: records.slice(0, maxPageSize).map(rejectedOf),
      };
    });
  }

  @Mutation(() => DiscardRejectedPayload, {
    description:
      'Gives rejected records up, with a reason. They stay in the log and in the list. BAD_USER_INPUT: an id of no rejected record or of a replayed one, more than 250 ids, or no reason.',
  })
  discardRejected(
    @Arg('input', () => DiscardRejectedInput, { description: 'Which records, and why.' })
    { ids, reason }: DiscardRejectedInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DiscardRejectedPayload> {
    return decide(context, async ({ sql }) => {
      const by = byAdminKey(reason);
      const rows = await rowsNamed(context, ids);
      const read = rows.find(({ status }) => status === 'REPLAYED');
      if (read) throw wrongInput(`${recordKey(read)} was replayed: it is no longer rejected.`);
      await discardRecords(sql, rows, by, context.now());
      await untilSeen(context, () => haveStatus(context, rows, 'DISCARDED'));
      return { discarded: rows.length };
    });
  }
}
