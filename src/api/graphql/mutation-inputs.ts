import { Field, ID, InputType } from 'type-graphql';
import { Optional, Required } from './fields.ts';

@InputType({ description: 'What to ask for new data.' })
export class IngestInput {
  @Optional(
    () => [String],
    'Which sources, enabled or not; all enabled ones unless told. Not `csv`: files are read on the command line.',
  )
  sources?: string[] | null;

  @Optional(() => String, 'Why, for the log; at most 1,000 characters.')
  reason?: string | null;
}

@InputType({ description: 'How to rebuild the read model, and why.' })
export class RebuildInput {
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Compare a fresh one with the one that is served, and change nothing.',
  })
  verify: boolean;

  @Optional(() => String, 'Why, for the log; at most 1,000 characters.')
  reason?: string | null;
}

@InputType({ description: 'Which source, and why.' })
export class SourceInput {
  @Required(() => String, 'Its name, as `coingecko`.')
  name: string;

  @Required(() => String, 'Why, for the log; from 1 to 1,000 characters.')
  reason: string;
}

@InputType({ description: 'What has been seen.' })
export class AcknowledgeInput {
  @Required(() => ID, 'Its id.')
  id: string;

  @Optional(() => String, 'What is said about it, for the log; at most 1,000 characters.')
  reason?: string | null;
}

@InputType({
  description: 'Which rejected records to read again: those named, those of a source, or all open ones.',
})
export class ReplayRejectedInput {
  @Optional(() => [ID], 'Just these; at most 250. Not together with `source`.')
  ids?: string[] | null;

  @Optional(() => String, 'All open ones of this source, up to the newest 100,000.')
  source?: string | null;
}

@InputType({ description: 'Which rejected records to give up, and why.' })
export class DiscardRejectedInput {
  @Required(() => [ID], 'Just these; at most 250.')
  ids: string[];

  @Required(() => String, 'Why, for the log and the list; from 1 to 1,000 characters.')
  reason: string;
}

@InputType({ description: "Which coin a source's coin is, and why." })
export class LinkCoinInput {
  @Required(() => String, 'Whose coin, as `coinpaprika`.')
  source: string;

  @Required(() => String, "The coin's id in the source, exactly as it sends it.")
  sourceCoinId: string;

  @Required(() => ID, 'The coin that it is, by any id that leads to it.')
  coinId: string;

  @Required(() => String, 'Why, for the log; from 1 to 1,000 characters.')
  reason: string;
}

@InputType({ description: "Which source's coin is not the coin it is taken for, and why." })
export class UnlinkCoinInput {
  @Required(() => String, 'Whose coin, as `coinpaprika`.')
  source: string;

  @Required(() => String, "The coin's id in the source, exactly as it sends it.")
  sourceCoinId: string;

  @Required(() => String, 'Why, for the log; from 1 to 1,000 characters.')
  reason: string;
}
