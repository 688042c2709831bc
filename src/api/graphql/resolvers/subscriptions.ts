import { Arg, Args, ArgsType, ID, Resolver, Root, Subscription } from 'type-graphql';
import { Optional } from '../fields.ts';
import { CoinFilter } from '../inputs.ts';
import { SafeInt } from '../scalars.ts';
import { CoinsChanged } from '../types/coins-changed.ts';
import { Rebuild } from '../types/rebuild.ts';
import { Run } from '../types/run.ts';

/** Where messages come from is `subscriptions/`, which needs no help of the executor. */
const overWebSocket = (): never => {
  throw new Error('subscriptions are served by src/api/graphql/subscriptions');
};

@ArgsType()
class CoinsChangedArgs {
  @Optional(() => [ID], 'The coins to follow, at most 1,000.')
  ids?: string[] | null;

  @Optional(
    () => CoinFilter,
    'Only while they meet it. Without ids the first 250 coins that meet it now are followed, in order of rank.',
  )
  filter?: CoinFilter | null;

  @Optional(
    () => SafeInt,
    'The version of the last message that was received: what has changed since comes first.',
  )
  afterVersion?: number | null;
}

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => CoinsChanged, {
    subscribe: overWebSocket,
    description:
      'Coins as they change. First message: the version now, no coins; then one per commit that touched them, coins once each. `resync: true` when afterVersion is too old or from before a swap.',
  })
  coinsChanged(
    @Root() event: CoinsChanged,
    @Args(() => CoinsChangedArgs) _args: CoinsChangedArgs,
  ): CoinsChanged {
    return event;
  }

  @Subscription(() => Run, {
    subscribe: overWebSocket,
    description: 'Each run that begins, goes on or ends from now on, as it is then.',
  })
  runChanged(
    @Root() event: Run,
    @Arg('source', () => String, { nullable: true, description: 'Only of this source.' })
    _source?: string | null,
  ): Run {
    return event;
  }

  @Subscription(() => Rebuild, {
    subscribe: overWebSocket,
    description:
      'How far a rebuild of the read model is, each time it has moved, and complete once it has ended. Without an id: the newest, and those that follow.',
  })
  rebuildProgress(
    @Root() event: Rebuild,
    @Arg('id', () => ID, { nullable: true, description: 'Which one, as `rebuild` answers it.' })
    _id?: string | null,
  ): Rebuild {
    return event;
  }
}
