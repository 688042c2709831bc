import { Option, type Command } from 'commander';
import type { App } from './app.ts';
import { anomaliesAck, anomaliesList, type AnomalyListOptions } from './anomalies.ts';
import { timeArgument, wholeNumber } from './arguments.ts';
import { deadLettersList, deadLettersRetry, deadLettersSkip } from './dead-letters.ts';
import { driftAck, driftList } from './drift.ts';
import { historyExpire, historyList } from './history.ts';
import { mappingList, mappingLoad, mappingShow } from './mapping.ts';
import type { Output } from './output.ts';
import { rejectedDiscard, rejectedExport, rejectedList, rejectedReplay, rejectedShow } from './rejected.ts';
import { sourceControl, type SourceOrder } from './source-control.ts';

type WithApp = (run: (app: App, output: Output) => Promise<number>) => Promise<void>;

const jsonOption = ['--json', 'print exactly one JSON document'] as const;
const statuses = ['OPEN', 'REPLAYED', 'DISCARDED'] as const;

const orders: Record<SourceOrder, string> = {
  pause: 'stops asking a source, in every process, until it is resumed',
  resume: 'lets a paused source go on',
  reset: 'closes the breaker of a source and forgets what it refused: the next run asks again',
};

/** `coinlog source pause|resume|reset`: each is an operator's event, and holds without a restart. */
export function addSourceOrders(source: Command, withApp: WithApp): void {
  for (const order of Object.keys(orders) as SourceOrder[])
    source
      .command(order)
      .description(orders[order])
      .argument('<name>')
      .requiredOption('--reason <text>', 'why, for the record')
      .option(...jsonOption)
      .action((name: string, { reason }: { reason: string }) =>
        withApp((app, output) => sourceControl(app, output, order, name, reason)),
      );
}

/** `coinlog drift …`: what sources send otherwise than before. */
export function addDriftCommands(drift: Command, withApp: WithApp): void {
  drift
    .command('list')
    .description('changes that nobody has acknowledged, newest first')
    .option('--source <name>', 'only of this source')
    .option('--all', 'acknowledged ones too', false)
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .option(...jsonOption)
    .action((options: { source?: string; all: boolean; limit: number }) =>
      withApp((app, output) => driftList(app, output, options)),
    );
  drift
    .command('ack')
    .description('takes note of a change; a strict source takes it in with its next run')
    .argument('<id>')
    .option('--reason <text>', 'why, for the record', 'acknowledged')
    .option(...jsonOption)
    .action((id: string, { reason }: { reason: string }) =>
      withApp((app, output) => driftAck(app, output, id, reason)),
    );
}

interface RejectedOptions {
  source?: string;
  run?: string;
  status?: (typeof statuses)[number];
}

const filterOf = ({ source, run, status }: RejectedOptions) => ({ source, runId: run, status });

/** `coinlog rejected …`: records that could not be read. */
export function addRejectedCommands(rejected: Command, withApp: WithApp): void {
  const status = () => new Option('--status <status>', 'only these').choices(statuses);
  rejected
    .command('list')
    .description('records that could not be read, those of the newest events first')
    .option('--source <name>', 'only of this source')
    .option('--run <id>', 'only of this run')
    .addOption(status())
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .option(...jsonOption)
    .action((options: RejectedOptions & { limit: number }) =>
      withApp((app, output) => rejectedList(app, output, filterOf(options), options.limit)),
    );
  rejected
    .command('show')
    .description('one record: all that is wrong with it, and the record as received')
    .argument('<id>', 'as coingecko.markets:12:7')
    .option(...jsonOption)
    .action((id: string) => withApp((app, output) => rejectedShow(app, output, id)));
  rejected
    .command('replay')
    .description('reads records again after a fix, those named or all open ones; nothing is fetched')
    .argument('[id...]')
    .option('--source <name>', 'all open ones of this source')
    .option('--reason <text>', 'why, for the record', 'replayed after a fix')
    .option(...jsonOption)
    .action((ids: string[], { source, reason }: { source?: string; reason: string }) =>
      withApp((app, output) => rejectedReplay(app, output, ids, source, reason)),
    );
  rejected
    .command('discard')
    .description('gives records up; they stay in the log and in the list')
    .argument('<id...>')
    .requiredOption('--reason <text>', 'why, for the record')
    .option(...jsonOption)
    .action((ids: string[], { reason }: { reason: string }) =>
      withApp((app, output) => rejectedDiscard(app, output, ids, reason)),
    );
  rejected
    .command('export')
    .description('writes them as CSV, with what is wrong with each')
    .argument('<file>')
    .option('--source <name>', 'only of this source')
    .option('--run <id>', 'only of this run')
    .addOption(status())
    .option(...jsonOption)
    .action((file: string, options: RejectedOptions) =>
      withApp((app, output) => rejectedExport(app, output, file, filterOf(options))),
    );
}

/** `coinlog mapping …`: how the columns of CSV files are read. */
export function addMappingCommands(mapping: Command, withApp: WithApp): void {
  mapping
    .command('list')
    .description('the mappings there are, loaded ones first')
    .option(...jsonOption)
    .action(() => withApp(mappingList));
  mapping
    .command('show')
    .description('one mapping as JSON, to look at or to correct')
    .argument('<name>')
    .option(...jsonOption)
    .action((name: string) => withApp((app, output) => mappingShow(app, output, name)));
  mapping
    .command('load')
    .description('loads a mapping from a JSON file; what was read by one of its name is folded again')
    .argument('<file>')
    .requiredOption('--reason <text>', 'why, for the record')
    .option(...jsonOption)
    .action((file: string, { reason }: { reason: string }) =>
      withApp((app, output) => mappingLoad(app, output, file, reason)),
    );
}

/** `coinlog history …`: how far back observations are kept. */
export function addHistoryCommands(history: Command, withApp: WithApp): void {
  history
    .command('list')
    .description('from when on observations are kept, and what was decided about it')
    .option(...jsonOption)
    .action(() => withApp(historyList));
  history
    .command('expire')
    .description('lets older observations go, but for the newest of each coin; the raw log stays')
    .requiredOption('--before <time>', 'as 2026-01-01', timeArgument)
    .requiredOption('--reason <text>', 'why, for the record')
    .option(...jsonOption)
    .action(({ before, reason }: { before: Date; reason: string }) =>
      withApp((app, output) => historyExpire(app, output, before, reason)),
    );
}

/** `coinlog anomalies …`: what looks wrong. */
export function addAnomalyCommands(anomalies: Command, withApp: WithApp): void {
  anomalies
    .command('list')
    .description('what looks wrong, newest first')
    .option('--kind <kind>', 'only of this kind, as spread')
    .option('--all', 'what no longer does too', false)
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .option(...jsonOption)
    .action((options: AnomalyListOptions) => withApp((app, output) => anomaliesList(app, output, options)));
  anomalies
    .command('ack')
    .description('takes note of what looks wrong; it troubles the health no more')
    .argument('<id>')
    .option('--reason <text>', 'why, for the record', 'acknowledged')
    .option(...jsonOption)
    .action((id: string, { reason }: { reason: string }) =>
      withApp((app, output) => anomaliesAck(app, output, id, reason)),
    );
}

/** `coinlog deadletters …`: events that no fold can read. */
export function addDeadLetterCommands(deadLetters: Command, withApp: WithApp): void {
  deadLetters
    .command('list')
    .description('events that no fold can read, with the reason')
    .option(...jsonOption)
    .action(() => withApp(deadLettersList));
  deadLetters
    .command('retry')
    .description('folds the log again, dead letters too, and swaps')
    .option(...jsonOption)
    .action(() => withApp(deadLettersRetry));
  deadLetters
    .command('skip')
    .description('lets an event pass for good; it stays in the log')
    .argument('<stream>')
    .argument('<version>', 'from 1', wholeNumber)
    .requiredOption('--reason <text>', 'why, for the record')
    .option(...jsonOption)
    .action((stream: string, version: number, { reason }: { reason: string }) =>
      withApp((app, output) => deadLettersSkip(app, output, stream, version, reason)),
    );
}
