import { readMappings } from '../control/mapping-decisions.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import { readHead } from '../ingest/file-run.ts';
import { openFile } from '../ingest/opened-file.ts';
import { previewFile, type Preview } from '../sources/csv/index.ts';
import type { FileOptions } from '../sources/source.ts';
import type { App } from './app.ts';
import { table, type Output } from './output.ts';

type Previewed = Preview & { file: string };

async function preview(app: App, path: string, options: FileOptions): Promise<Previewed> {
  const file = await openFile(path).catch((error: unknown) => {
    throw new CoinlogError('FILE_REFUSED', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  });
  try {
    const { bytes, whole } = await readHead(file);
    const facts = { modifiedAt: file.modifiedAt, receivedAt: app.now() };
    return { file: path, ...previewFile(bytes, whole, { name: file.name, ...options }, facts) };
  } finally {
    await file.handle.close();
  }
}

const shownFields = ['sourceCoinId', 'symbol', 'name'] as const;

function text(shown: Previewed): string {
  if (shown.kind === 'refused') return `${shown.file}: refused: ${shown.reason}`;
  const { counts, settings, columns, rows, rejected, nulled, description, whole } = shown;
  const quotes = rows.map(({ quotes: [first] }) => first);
  return [
    `${shown.file}${whole ? '' : ' (its first MiB; the counts are of that)'}`,
    `settings   ${Object.entries(settings)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(' ')}`,
    `counts     ${Object.entries(counts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...(description.warnings ?? []).map((warning) => `warning    ${warning}`),
    '',
    table(
      ['column', 'field', 'type', 'decimals', 'dates'],
      columns.map(({ label, field, type, decimalSeparator, dateFormat }) => [
        label,
        field ?? '(kept, not read)',
        type,
        decimalSeparator,
        dateFormat,
      ]),
    ),
    '',
    'As they would be stored:',
    table(
      [...shownFields, 'currency', 'price', 'marketCap', 'volume24h', 'rank', 'observedAt'],
      rows.map((row, index) => [
        ...shownFields.map((field) => row[field]),
        quotes[index]?.currency,
        quotes[index]?.price,
        quotes[index]?.marketCap,
        quotes[index]?.volume24h,
        quotes[index]?.rank,
        quotes[index]?.observedAt,
      ]),
    ),
    ...(rejected.length === 0
      ? []
      : [
          '',
          'Rejected:',
          table(
            ['line', 'path', 'what is wrong', 'received'],
            rejected.flatMap(({ line, issues }) =>
              issues.map((issue) => [line, issue.path, issue.message, issue.received]),
            ),
          ),
        ]),
    ...(nulled.length === 0
      ? []
      : [
          '',
          'Left out, of rows that are kept:',
          table(
            ['column', 'why', 'cells', 'example'],
            nulled.map((cell) => [cell.path, cell.code, cell.cells, cell.example]),
          ),
        ]),
  ].join('\n');
}

/** Shows how files would be read, and stores nothing. Exit 1 when one would be refused. */
export async function dryRunCommand(
  app: App,
  output: Output,
  paths: readonly string[],
  own: FileOptions,
): Promise<number> {
  const loaded = await readMappings(app.database.readSql);
  const mappings = new Map(loaded.map(({ name, mapping }) => [name, mapping]));
  const declared = Object.entries(own).filter(([, value]) => value !== undefined);
  const options: FileOptions = { ...app.config.fileOptions, ...Object.fromEntries(declared), mappings };
  const files: Previewed[] = [];
  for (const path of paths) files.push(await preview(app, path, options));
  output.result({ files }, () => files.map(text).join('\n\n'));
  return files.some(({ kind }) => kind === 'refused') ? 1 : 0;
}
