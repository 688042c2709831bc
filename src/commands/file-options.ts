import { Option, type Command } from 'commander';
import type { FileOptions } from '../sources/source.ts';

interface Flags {
  encoding?: string;
  delimiter?: string;
  decimalSeparator?: '.' | ',';
  dateFormat?: string;
  timeZone?: string;
  header: boolean;
  mapping?: string;
}

/** What a person may declare of a file; whatever is left out is found by looking at it. */
export const addFileOptions = (command: Command): Command =>
  command
    .option('--encoding <label>', 'of the file, as windows-1252 or shift_jis')
    .option('--delimiter <sign>', 'between cells: one sign, or tab')
    .addOption(new Option('--decimal-separator <sign>', 'of numbers').choices(['.', ',']))
    .option('--date-format <pattern>', 'of dates: iso, unix, unix_ms or a pattern as "DD-MM-YY HH:mm"')
    .option('--time-zone <zone>', 'of dates that name none, as Europe/Berlin')
    .option('--no-header', 'the first row is data; columns are column1, column2 …')
    .option('--mapping <name>', 'the mapping to read columns by; "coinlog mapping list" shows them');

export const fileOptionsOf = (flags: Flags): FileOptions => ({
  encoding: flags.encoding,
  delimiter: flags.delimiter === 'tab' ? '\t' : flags.delimiter,
  decimalSeparator: flags.decimalSeparator,
  dateFormat: flags.dateFormat,
  timeZone: flags.timeZone,
  mapping: flags.mapping,
  // Left out where it is as usual, so that declaring nothing is the same as saying nothing.
  ...(flags.header ? {} : { header: false }),
});

export type FileFlags = Flags;
