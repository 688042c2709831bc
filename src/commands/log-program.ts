import { InvalidArgumentError, type Command } from 'commander';
import type { App } from './app.ts';
import { timeArgument } from './arguments.ts';
import { logArchiveCommand, logExportCommand, logImportCommand, logRedactCommand } from './log.ts';
import type { Output } from './output.ts';

function versionArgument(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('must be a version, from 1.');
  return Number(text);
}

const jsonOption = ['--json', 'print exactly one JSON document'] as const;

/** `coinlog log …`: what only the owner of the log may do, and its export. */
export function addLogCommands(
  log: Command,
  withApp: (run: (app: App, output: Output) => Promise<number>) => Promise<void>,
): void {
  log
    .command('archive')
    .description('moves closed segments to files at ARCHIVE_URI: full ones, or all before a time')
    .option('--before <time>', 'everything recorded before, UTC unless it says otherwise', timeArgument)
    .option(...jsonOption)
    .action(({ before }: { before?: Date }) =>
      withApp((app, output) => logArchiveCommand(app, output, before ?? null)),
    );
  log
    .command('export')
    .description('writes the whole log into an empty folder, each event checked')
    .argument('<dir>')
    .option(...jsonOption)
    .action((dir: string) => withApp((app, output) => logExportCommand(app, output, dir)));
  log
    .command('import')
    .description('brings an exported log into this database, with its versions, ids and hashes')
    .argument('<dir>')
    .option(...jsonOption)
    .action((dir: string) => withApp((app, output) => logImportCommand(app, output, dir)));
  log
    .command('redact')
    .description('removes one payload for good; digest and chain stay')
    .argument('<stream>')
    .argument('<version>', 'from 1', versionArgument)
    .requiredOption('--reason <text>', 'why, for the record')
    .option(...jsonOption)
    .action((stream: string, version: number, { reason }: { reason: string }) =>
      withApp((app, output) => logRedactCommand(app, output, { stream, version, reason })),
    );
}
