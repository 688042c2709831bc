import { Int, ObjectType } from 'type-graphql';
import { Required } from '../fields.ts';
import { Anomaly } from './anomaly.ts';
import { Coin } from './coin.ts';
import { SchemaDrift } from './drift.ts';
import { Rebuild } from './rebuild.ts';
import { RejectedRecord } from './rejected.ts';
import { Run } from './run.ts';
import { Source } from './source.ts';

@ObjectType({ description: 'A source that began no run, and why.', simpleResolvers: true })
export class IngestNotStarted {
  @Required(() => String, 'Its name.')
  source: string;

  @Required(() => String, 'Why: it is busy, paused, stopped or has to be waited for.')
  reason: string;
}

@ObjectType({ description: 'What `ingest` has begun.', simpleResolvers: true })
export class IngestPayload {
  @Required(() => [Run], 'The runs that go on now, to be followed by `run`: it knows them within a second.')
  runs: Run[];

  @Required(() => [IngestNotStarted], 'The sources that began none.')
  notStarted: IngestNotStarted[];
}

@ObjectType({ description: 'What `rebuild` has begun.', simpleResolvers: true })
export class RebuildPayload {
  @Required(() => Rebuild, 'The rebuild that goes on now.')
  rebuild: Rebuild;
}

@ObjectType({ description: 'A source after a decision about it.', simpleResolvers: true })
export class SourcePayload {
  @Required(() => Source, 'The source as it stands now.')
  source: Source;
}

@ObjectType({
  description: 'A change of what a source sends, after it was acknowledged.',
  simpleResolvers: true,
})
export class AcknowledgeDriftPayload {
  @Required(() => SchemaDrift, 'The drift as it stands now.')
  drift: SchemaDrift;
}

@ObjectType({ description: 'What reading rejected records again came to.', simpleResolvers: true })
export class ReplayRejectedPayload {
  @Required(() => Int, 'How many can be read now. They are in the read model as soon as it is folded again.')
  replayed: number;

  @Required(() => Int, 'How many are as wrong as they were.')
  stillRejected: number;

  @Required(() => [RejectedRecord], 'The records, those that can be read now first; the first 250 of them.')
  records: RejectedRecord[];
}

@ObjectType({ description: 'What giving up rejected records came to.', simpleResolvers: true })
export class DiscardRejectedPayload {
  @Required(() => Int, 'How many of the records named are given up now.')
  discarded: number;
}

@ObjectType({ description: "What linking a source's coin came to.", simpleResolvers: true })
export class LinkCoinPayload {
  @Required(() => Coin, 'The coin that it is now.')
  coin: Coin;
}

@ObjectType({ description: "What unlinking a source's coin came to.", simpleResolvers: true })
export class UnlinkCoinPayload {
  @Required(() => Coin, 'The coin that it was.')
  coin: Coin;

  @Required(() => Coin, 'The coin that it is now: its own, by the id it had before where it had one.')
  splitOff: Coin;
}

@ObjectType({ description: 'Something that looks wrong, after it was acknowledged.', simpleResolvers: true })
export class AcknowledgeAnomalyPayload {
  @Required(() => Anomaly, 'It as it stands now.')
  anomaly: Anomaly;
}
