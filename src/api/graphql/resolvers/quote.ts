import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../context.ts';
import { Costs, Unversioned } from '../field-rules.ts';
import { Json } from '../scalars.ts';
import { Event } from '../types/event.ts';
import { Quote } from '../types/quote.ts';
import { Source } from '../types/source.ts';
import { loadOrigin, loadSource } from './load.ts';

@Resolver(() => Quote)
export class QuoteResolver {
  @FieldResolver(() => Source, { description: 'Who says it, and how that source is doing.' })
  async sourceInfo(@Root() { source }: Quote, @Ctx() context: GraphqlContext): Promise<Source> {
    const found = await loadSource(context, source);
    if (found === null) throw new Error(`there is no source ${source}, which a quote is from`);
    return found;
  }

  @FieldResolver(() => Event, { description: 'The event that it was read from.' })
  event(@Root() quote: Quote, @Ctx() context: GraphqlContext): Promise<Event> {
    return loadOrigin(context, quote);
  }

  @Unversioned()
  @Costs(2)
  @FieldResolver(() => Json, {
    nullable: true,
    description: 'Its record exactly as the source sent it; null when an operator has removed it.',
  })
  rawRecord(
    @Root() { stream, version, recordIndex }: Quote,
    @Ctx() { rawRecords }: GraphqlContext,
  ): Promise<unknown> {
    return rawRecords.load({ stream, version, recordIndex });
  }
}
