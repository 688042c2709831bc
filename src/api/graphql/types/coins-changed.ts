import { ID, ObjectType } from 'type-graphql';
import { Required } from '../fields.ts';
import { SafeInt } from '../scalars.ts';
import { Coin } from './coin.ts';

@ObjectType({
  description: 'What one commit has changed of the coins that are followed.',
  simpleResolvers: true,
})
export class CoinsChanged {
  @Required(
    () => SafeInt,
    'The version that the coins are of; send it back as `afterVersion` to go on from here.',
  )
  version: number;

  @Required(() => [Coin], 'Those that have changed, as they are now, each once.')
  coins: Coin[];

  @Required(() => [ID], 'Those that are none any more, or meet the filter no more.')
  removedIds: string[];

  @Required(
    () => Boolean,
    'What happened since `afterVersion` cannot be told, or the read model was rebuilt: ask for the coins anew.',
  )
  resync: boolean;
}
