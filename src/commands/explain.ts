import { CoinlogError } from '../errors.ts';
import type { EventHeader } from '../log/event.ts';
import { readHeader } from '../log/read.ts';
import { resolveCoinId } from '../read/graphql/coin-ids.ts';
import { consensusOf } from '../identity/consensus.ts';
import { judgeQuotes, readQuotes, type JudgedRow, type QuoteRow } from '../read/graphql/quotes.ts';
import { readRawRecords, recordKeyText } from '../read/graphql/raw-records.ts';
import { readCorrections, type CorrectionRow } from '../read/past/corrections.ts';
import { resolvePastCoinId } from '../read/past/members.ts';
import { momentText, readMoment, type Moment } from '../read/past/moment.ts';
import { readPastQuotes } from '../read/past/quotes.ts';
import { readRunsById, type RunRow } from '../read/runs.ts';
import { readModelState } from '../projector/schema.ts';
import type { App } from './app.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';

/** The values that can be asked for, by their names in the API. */
const fields = {
  priceUsd: 'price',
  marketCapUsd: 'marketCap',
  volume24hUsd: 'volume24h',
  percentChange24h: 'percentChange24h',
  circulatingSupply: 'circulatingSupply',
  totalSupply: 'totalSupply',
  maxSupply: 'maxSupply',
} as const;
type FieldName = keyof typeof fields;
export const explainFields = Object.keys(fields) as FieldName[];

export interface ExplainOptions {
  field: FieldName;
  at?: Date;
  knownAt?: Date;
}

interface ExplainedQuote {
  source: string;
  sourceCoinId: string;
  currency: string;
  value: string | null;
  observedAt: Date;
  observedAtBasis: string;
  /** Null where it counts. */
  excluded: string | null;
  event: Pick<EventHeader, 'stream' | 'version' | 'type' | 'receivedAt' | 'recordedAt' | 'sha256'> | null;
  request: unknown;
  recordIndex: number;
  rawRecord: unknown;
  run: RunRow | null;
}

async function explainQuote(app: App, quote: JudgedRow, field: FieldName): Promise<ExplainedQuote> {
  const { readSql } = app.database;
  const { stream, version, recordIndex } = quote;
  const header = await readHeader(readSql, stream, version, app.archive);
  const raw = await readRawRecords(readSql, [{ stream, version, recordIndex }], app.archive);
  const runId = header?.runId ?? null;
  return {
    source: quote.source,
    sourceCoinId: quote.sourceCoinId,
    currency: quote.quoteCurrency,
    value: quote[fields[field]],
    observedAt: quote.observedAt,
    observedAtBasis: quote.observedAtBasis,
    excluded: quote.exclusion,
    event: header && {
      stream,
      version,
      type: header.type,
      receivedAt: header.receivedAt,
      recordedAt: header.recordedAt,
      sha256: header.sha256,
    },
    request: header?.metadata['request'] ?? header?.metadata['file'] ?? null,
    recordIndex,
    rawRecord: raw.get(recordKeyText({ stream, version, recordIndex })) ?? null,
    run: runId === null ? null : ((await readRunsById(readSql, [runId])).get(runId) ?? null),
  };
}

function quoteText(quote: ExplainedQuote): string {
  const { event, run, request } = quote;
  const lines: [string, string][] = [
    [
      'value',
      `${quote.value ?? 'none'} ${quote.currency}${quote.excluded === null ? '' : ` (left out: ${quote.excluded})`}`,
    ],
    ['observed', `${quote.observedAt.toISOString()} by the clock of the ${quote.observedAtBasis}`],
    ['record', `${quote.recordIndex} of event ${event?.version} of ${event?.stream}`],
    [
      'event',
      event ? `${event.type}, received ${event.receivedAt.toISOString()}, sha256 ${event.sha256}` : 'gone',
    ],
    ['request', JSON.stringify(request)],
    ['run', run ? `${run.runId}, ${run.status}, began ${run.startedAt.toISOString()}` : '-'],
    ['as received', JSON.stringify(quote.rawRecord)],
  ];
  const rows = lines.map(([name, text]) => `  ${name.padEnd(12)} ${text}`);
  return [`${quote.source}:${quote.sourceCoinId}`, ...rows].join('\n');
}

/** Null: now. Whatever is read for it is read by the version that it is labelled with. */
async function momentOf(app: App, { at, knownAt }: ExplainOptions): Promise<Moment | null> {
  const { readSql } = app.database;
  const state = await readModelState(readSql, 'read');
  return readMoment(readSql, { asOf: at ?? null, knownAt: knownAt ?? null }, app.now(), state?.version ?? 0);
}

async function coinAt(app: App, coin: string, moment: Moment | null): Promise<string> {
  const { readSql } = app.database;
  const names = app.config.sources.map(({ source }) => source.name);
  const coinId =
    moment === null
      ? await resolveCoinId(readSql, coin, names)
      : await resolvePastCoinId(readSql, moment, coin, names);
  if (coinId !== null) return coinId;
  throw new CoinlogError(
    'COIN_NOT_FOUND',
    `There is no coin "${coin}"${moment === null ? '' : ' at that time'}: ids look like bitcoin or coingecko:bitcoin; "coinlog source list" shows whether anything was read yet.`,
  );
}

async function quotesAt(app: App, coinId: string, moment: Moment | null): Promise<QuoteRow[]> {
  const { readSql } = app.database;
  const found =
    moment === null ? await readQuotes(readSql, [coinId]) : await readPastQuotes(readSql, moment, [coinId]);
  return found.get(coinId) ?? [];
}

const correctionText = ({
  source,
  sourceCoinId,
  fromVersion,
  toVersion,
  observedAt,
  price,
  shownAt,
  stream,
  sinceVersion,
}: CorrectionRow): string =>
  toVersion === null
    ? `${source}:${sourceCoinId} of ${observedAt.toISOString()}: read so since version ${fromVersion} (${shownAt?.toISOString() ?? 'unknown'}), from event ${sinceVersion} of ${stream}`
    : `${source}:${sourceCoinId} of ${observedAt.toISOString()}: ${price ?? 'redacted'} was shown until version ${toVersion} (${shownAt?.toISOString() ?? 'unknown'}), when event ${sinceVersion} of ${stream} was read anew`;

/**
 * A value with its quotes, records, events, requests and runs, on one screen: now, as the market stood at a time, or as
 * coinlog showed it then; and what a rebuild has corrected about it since.
 */
export async function explainCommand(
  app: App,
  output: Output,
  coin: string,
  options: ExplainOptions,
): Promise<number> {
  await requireReadModel(app);
  const { field } = options;
  const { readSql } = app.database;
  const moment = await momentOf(app, options);
  const coinId = await coinAt(app, coin, moment);
  const rows = await quotesAt(app, coinId, moment);
  const consensus = consensusOf(rows.map((row) => ({ ...row, currency: row.quoteCurrency })));
  const quotes: ExplainedQuote[] = [];
  for (const row of judgeQuotes(rows)) quotes.push(await explainQuote(app, row, field));
  const corrections = await readCorrections(readSql, rows);
  const document = {
    coinId,
    field,
    at: options.at ?? null,
    knownAt: options.knownAt ?? null,
    version: moment === null ? null : momentText(moment),
    value: consensus.values[fields[field]],
    method: consensus.method,
    quotes,
    corrections,
  };
  output.result(document, () =>
    [
      table(
        ['coin', 'field', 'at', 'known at', 'value', 'method'],
        [[coinId, field, options.at ?? 'now', options.knownAt ?? 'now', document.value, document.method]],
      ),
      '',
      ...(quotes.length === 0 ? ['No source had said anything of it by then.'] : quotes.map(quoteText)),
      ...(corrections.length === 0 ? [] : ['', 'Corrected by rebuilds', ...corrections.map(correctionText)]),
    ].join('\n'),
  );
  return 0;
}
