import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CoinlogError, messageOf } from '../errors.ts';
import { sources } from '../sources/registry.ts';
import type {
  DirectoryFeed,
  Feed,
  FileOptions,
  PollSettings,
  Source,
  VariableValues,
} from '../sources/source.ts';
import { retention, type Retention } from './retention.ts';
import { driftMode, type DriftMode } from './values.ts';
import { allVariables, scheduleOff, scheduleVariableOf } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A feed of a source, as it is run. */
export interface FeedConfig {
  /** What people call it, and whose breaker it is: the source's name, or the stream of a directory. */
  name: string;
  source: Source;
  feed: Feed;
  enabled: boolean;
  /** Null for a source that is read from files. */
  settings: PollSettings | null;
  schedule: string;
  /** What becomes of records that differ from those known so far: see `DRIFT_MODE_<SOURCE>`. */
  driftMode: DriftMode;
}

/** A directory: enabled when its source is, its settings allow it and its schedule is not `off`. */
export interface DirectoryConfig extends FeedConfig {
  feed: DirectoryFeed;
  settings: PollSettings;
  /** Why it is not asked though its source is; null when it is. */
  unavailable: string | null;
}

/** A source with its market feed. */
export interface SourceConfig extends FeedConfig {
  staleAfterMs: number;
  directories: readonly DirectoryConfig[];
}

export interface Config {
  databaseUrl: string | null;
  databaseOwnerUrl: string | null;
  embeddedDataDir: string | null;
  sources: readonly SourceConfig[];
  csvPath: string | null;
  /** What is declared of all CSV files; a command may say otherwise of its own. */
  fileOptions: FileOptions;
  archiveUri: string | null;
  /** Null: observations are kept for ever. */
  historyRetention: Retention | null;
  batchRecords: number;
  retryAttempts: number;
  /** A run with more rejected records than this has failed; null: only the percentage counts. */
  rejectLimitRecords: number | null;
  rejectLimitPercent: number;
  /** How far the quotes of a coin may be apart before that is an anomaly. */
  spreadLimitPercent: number;
  /** Null: administration over HTTP is off. */
  adminApiKey: string | null;
  answerCacheBytes: number;
  rowCacheBytes: number;
  /** Null: no limit. */
  rateLimitPerMinute: number | null;
  /** For Fastify: whose word is taken for a client's address. */
  trustProxy: number | string[] | false;
  trustedDocuments: 'off' | 'log' | 'only';
  trustedDocumentsFile: string | null;
  /** Whether developers are to be helped rather than names hidden. */
  isDevelopment: boolean;
  apiHost: string;
  apiPort: number;
  /** Whose pages may read answers; `*`: anybody's. */
  corsOrigins: readonly string[];
  logLevel: string;
  shutdownTimeoutMs: number;
}

/** A secret may stand in a file named by `<NAME>_FILE`, as containers mount them. */
function withSecretFiles(environment: Environment, secretNames: string[]): Environment {
  const filled: Record<string, string | undefined> = { ...environment };
  for (const name of secretNames) {
    const path = environment[`${name}_FILE`];
    if (!path || environment[name]) continue;
    try {
      filled[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw new CoinlogError('CONFIG_INVALID', `${name}_FILE: cannot read ${path}: ${messageOf(error)}`);
    }
  }
  return filled;
}

/** Every variable parsed once; the first wrong one ends it with its name. An empty value counts as unset. */
export function parseVariables(environment: Environment): VariableValues {
  const variables = allVariables();
  const secretNames = Object.keys(variables).filter((name) => variables[name]?.secret);
  const filled = withSecretFiles(environment, secretNames);
  const values: Record<string, unknown> = {};
  for (const [name, { schema, secret }] of Object.entries(variables)) {
    const text = filled[name]?.trim();
    const parsed = schema.safeParse(text === '' ? undefined : text);
    if (!parsed.success) {
      const reason = parsed.error.issues[0]?.message ?? 'is not valid';
      // A base URL that is refused may be refused for the password in it.
      const shown = secret || name.endsWith('_URL') ? '' : ` (it is ${JSON.stringify(text)})`;
      throw new CoinlogError('CONFIG_INVALID', `${name}: ${reason}${shown}. See .env.example.`);
    }
    values[name] = parsed.data;
  }
  return values;
}

const nullable = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? null);
const text = nullable(z.string());
const number = nullable(z.number());

const smaller = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

function sourceConfig(source: Source, values: VariableValues): SourceConfig {
  const suffix = source.name.toUpperCase();
  const staleAfterMinutes = number.parse(values[`STALE_AFTER_${suffix}`]);
  const perMinute = number.parse(values['ETL_RATE_LIMIT_REQUESTS']);
  const perMonth = number.parse(values[`REQUESTS_PER_MONTH_${suffix}`]);
  const made = source.settings?.(values) ?? null;
  const settings = made && {
    ...made,
    limits: {
      ...made.limits,
      minute: smaller(made.limits.minute, perMinute),
      month: perMonth ?? made.limits.month,
    },
  };
  const market: FeedConfig = {
    name: source.name,
    source,
    feed: source.feed,
    enabled: z.array(z.string()).parse(values['SOURCES']).includes(source.name),
    settings,
    schedule:
      text.parse(values[`INGEST_SCHEDULE_${suffix}`]) ??
      text.parse(values['INGEST_SCHEDULE']) ??
      source.schedule,
    driftMode: driftMode.default('evolve').parse(values[`DRIFT_MODE_${suffix}`]),
  };
  return {
    ...market,
    staleAfterMs: staleAfterMinutes === null ? source.staleAfterMs : staleAfterMinutes * 60_000,
    directories:
      settings === null
        ? []
        : source.directories.map((directory) => directoryConfig(market, settings, directory, values)),
  };
}

/** The source's own settings but for the pages: the key, the plan and the budget are shared. */
function directoryConfig(
  market: FeedConfig,
  settings: PollSettings,
  directory: DirectoryFeed,
  values: VariableValues,
): DirectoryConfig {
  const variable = scheduleVariableOf(directory);
  const schedule = text.parse(values[variable]) ?? directory.schedule;
  const unavailable =
    schedule === scheduleOff ? `${variable} is ${scheduleOff}` : (directory.unavailable?.(settings) ?? null);
  return {
    ...market,
    name: directory.stream,
    feed: directory,
    settings: { ...settings, pages: directory.pages },
    schedule,
    enabled: market.enabled && unavailable === null,
    unavailable,
  };
}

export const isDirectory = ({ name, source }: FeedConfig): boolean => name !== source.name;

/** Every feed there is: each source's market, and behind it its directories. */
export const allFeeds = ({ sources }: Pick<Config, 'sources'>): FeedConfig[] =>
  sources.flatMap((source) => [source, ...source.directories]);

const declared = z.object({
  CSV_ENCODING: z.string().optional(),
  CSV_FALLBACK_ENCODING: z.string().optional(),
  CSV_DELIMITER: z
    .string()
    .transform((sign) => (sign === 'tab' ? '\t' : sign))
    .optional(),
  CSV_DECIMAL_SEPARATOR: z.enum(['.', ',']).optional(),
  CSV_DATE_FORMAT: z.string().optional(),
  CSV_TIME_ZONE: z.string().optional(),
  CSV_MAPPING: z.string().optional(),
});

function fileOptions(values: VariableValues): FileOptions {
  const own = declared.parse(values);
  return {
    encoding: own.CSV_ENCODING,
    fallbackEncoding: own.CSV_FALLBACK_ENCODING,
    delimiter: own.CSV_DELIMITER,
    decimalSeparator: own.CSV_DECIMAL_SEPARATOR,
    dateFormat: own.CSV_DATE_FORMAT,
    timeZone: own.CSV_TIME_ZONE,
    mapping: own.CSV_MAPPING,
  };
}

const answering = z.object({
  ANSWER_CACHE_MB: z.number(),
  ROW_CACHE_MB: z.number(),
  RATE_LIMIT_PER_MINUTE: number,
  TRUST_PROXY: z.union([z.number(), z.array(z.string())]).default(0),
  CORS_ORIGINS: z.array(z.string()).default([]),
  TRUSTED_DOCUMENTS: z.enum(['off', 'log', 'only']),
  TRUSTED_DOCUMENTS_FILE: text,
  NODE_ENV: z.string(),
});

function apiSettings(values: VariableValues) {
  const own = answering.parse(values);
  if (own.TRUSTED_DOCUMENTS !== 'off' && own.TRUSTED_DOCUMENTS_FILE === null)
    throw new CoinlogError(
      'CONFIG_INVALID',
      `TRUSTED_DOCUMENTS_FILE: must name a manifest while TRUSTED_DOCUMENTS is ${own.TRUSTED_DOCUMENTS}. See .env.example.`,
    );
  return {
    answerCacheBytes: own.ANSWER_CACHE_MB * 1_000_000,
    rowCacheBytes: own.ROW_CACHE_MB * 1_000_000,
    rateLimitPerMinute: own.RATE_LIMIT_PER_MINUTE,
    trustProxy: own.TRUST_PROXY === 0 ? (false as const) : own.TRUST_PROXY,
    corsOrigins: own.CORS_ORIGINS,
    trustedDocuments: own.TRUSTED_DOCUMENTS,
    trustedDocumentsFile: own.TRUSTED_DOCUMENTS_FILE,
    isDevelopment: own.NODE_ENV === 'development',
  };
}

/** The only reader of the environment. Throws CONFIG_INVALID, which ends the program with exit 2. */
export function loadConfig(environment: Environment): Config {
  const values = parseVariables(environment);
  return Object.freeze({
    databaseUrl: text.parse(values['DATABASE_URL']),
    databaseOwnerUrl: text.parse(values['DATABASE_OWNER_URL']),
    embeddedDataDir: text.parse(values['EMBEDDED_DATA_DIR']),
    sources: sources.map((source) => sourceConfig(source, values)),
    csvPath: text.parse(values['CSV_PATH']),
    fileOptions: fileOptions(values),
    archiveUri: text.parse(values['ARCHIVE_URI']),
    historyRetention: retention.optional().parse(values['HISTORY_RETENTION']) ?? null,
    batchRecords: z.number().parse(values['ETL_BATCH_SIZE']),
    rejectLimitRecords: number.parse(values['REJECT_LIMIT_RECORDS']),
    rejectLimitPercent: z.number().parse(values['REJECT_LIMIT_PERCENT']),
    spreadLimitPercent: z.number().parse(values['SPREAD_LIMIT_PERCENT']),
    adminApiKey: text.parse(values['ADMIN_API_KEY']),
    retryAttempts: z.number().parse(values['ETL_RETRY_ATTEMPTS']),
    ...apiSettings(values),
    apiHost: z.string().parse(values['API_HOST']),
    apiPort: number.parse(values['API_PORT']) ?? number.parse(values['PORT']) ?? 8000,
    logLevel: z.string().parse(values['LOG_LEVEL']),
    shutdownTimeoutMs: z.number().parse(values['SHUTDOWN_TIMEOUT_MS']),
  });
}

/** Name and value of every variable, for people; a secret that is set shows as `***`. */
export function describeConfig(environment: Environment): { name: string; value: string }[] {
  const values = parseVariables(environment);
  return Object.entries(allVariables()).map(([name, { secret }]) => {
    const value = values[name];
    if (value === undefined) return { name, value: '(unset)' };
    return { name, value: secret ? '***' : typeof value === 'string' ? value : JSON.stringify(value) };
  });
}
