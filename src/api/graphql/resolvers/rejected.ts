import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { runIdOf } from '../../../read/graphql/node-id.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { rejectedList } from '../../../read/graphql/rejected.ts';
import { RejectedRecordsArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import type { RejectedFilter } from '../inputs.ts';
import { assertKnownSource } from '../known-source.ts';
import { Costs, Unversioned } from '../field-rules.ts';
import { Json } from '../scalars.ts';
import { Event } from '../types/event.ts';
import { RejectedRecord, RejectedRecordConnection } from '../types/rejected.ts';
import { Run } from '../types/run.ts';
import { loadOrigin, loadRejected, loadRun } from './load.ts';

const conditionsOf = ({ runId, ...rest }: RejectedFilter): RejectedFilter =>
  runId === null || runId === undefined ? rest : { ...rest, runId: runIdOf(runId) };

@Resolver(() => RejectedRecord)
export class RejectedResolver {
  @Query(() => RejectedRecordConnection, {
    description:
      'Records that could not be read, with what became of them: those of the newest events first, page by page. An unknown source is BAD_USER_INPUT.',
  })
  async rejectedRecords(
    @Args(() => RejectedRecordsArgs) { filter, ...page }: RejectedRecordsArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<Connection<RejectedRecord>> {
    assertKnownSource(filter?.source, context.sources);
    const found = await readPage(context.reads, rejectedList(conditionsOf(filter ?? {})), page);
    const records = await Promise.all(found.rows.map((key) => loadRejected(context, key)));
    return connectionOf(
      found,
      records.filter((record) => record !== null),
    );
  }

  @FieldResolver(() => Event, { description: 'The event that it is in.' })
  event(@Root() record: RejectedRecord, @Ctx() context: GraphqlContext): Promise<Event> {
    return loadOrigin(context, record);
  }

  @FieldResolver(() => Run, { nullable: true, description: 'The run that received it.' })
  run(@Root() { runId }: RejectedRecord, @Ctx() context: GraphqlContext): Promise<Run | null> {
    return loadRun(context, runId);
  }

  @Unversioned()
  @Costs(2)
  @FieldResolver(() => Json, {
    nullable: true,
    description: 'The record exactly as the source sent it; null when an operator has removed it.',
  })
  rawRecord(
    @Root() { stream, version, recordIndex }: RejectedRecord,
    @Ctx() { rawRecords }: GraphqlContext,
  ): Promise<unknown> {
    return rawRecords.load({ stream, version, recordIndex });
  }
}
