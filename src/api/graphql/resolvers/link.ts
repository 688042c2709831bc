import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../context.ts';
import { Event } from '../types/event.ts';
import { IdentityLink } from '../types/link.ts';
import { loadOrigin } from './load.ts';

@Resolver(() => IdentityLink)
export class IdentityLinkResolver {
  @FieldResolver(() => Event, {
    description: 'The event that decided it; where nobody has, the one that spoke of the coin first.',
  })
  event(@Root() link: IdentityLink, @Ctx() context: GraphqlContext): Promise<Event> {
    return loadOrigin(context, link);
  }
}
