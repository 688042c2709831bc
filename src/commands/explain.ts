import { CoinlogError } from '../errors.ts';
import type { EventHeader } from '../log/event.ts';
import { readHeader } from '../log/read.ts';
import { resolveCoinId } from '../read/graphql/coin-ids.ts';
import { judgeQuotes, readQuotes, type JudgedRow } from '../read/graphql/quotes.ts';
import { readRawRecords, recordKeyText } from '../read/graphql/raw-records.ts';
import { readQuotesAt } from '../read/quotes-at.ts';
import { readRunsById, type RunRow } from '../read/runs.ts';
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

/** A value with its quotes, records, events, requests and runs, on one screen: now, or as the market stood at a time. */
export async function explainCommand(
  app: App,
  output: Output,
  coin: string,
  { field, at }: ExplainOptions,
): Promise<number> {
  await requireReadModel(app);
  const { readSql } = app.database;
  const coinId = await resolveCoinId(
    readSql,
    coin,
    app.config.sources.map(({ source }) => source.name),
  );
  if (coinId === null)
    throw new CoinlogError(
      'COIN_NOT_FOUND',
      `There is no coin "${coin}": ids look like bitcoin or coingecko:bitcoin; "coinlog source list" shows whether anything was read yet.`,
    );
  const rows =
    at === undefined
      ? ((await readQuotes(readSql, [coinId])).get(coinId) ?? [])
      : await readQuotesAt(readSql, coinId, at);
  const quotes: ExplainedQuote[] = [];
  for (const row of judgeQuotes(rows)) quotes.push(await explainQuote(app, row, field));
  const used = quotes.filter(({ excluded, value }) => excluded === null && value !== null);
  const [value = null] = used.map((quote) => quote.value);
  const document = { coinId, field, at: at ?? null, value, quotes };
  output.result(document, () =>
    [
      table(['coin', 'field', 'at', 'value'], [[coinId, field, at ?? 'now', value]]),
      '',
      ...(quotes.length === 0 ? ['No source had said anything of it by then.'] : quotes.map(quoteText)),
    ].join('\n'),
  );
  return 0;
}
