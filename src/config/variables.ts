import { z } from 'zod';
import { retentionText } from './retention.ts';
import { sources } from '../sources/registry.ts';
import type { DirectoryFeed, Variables } from '../sources/source.ts';
import {
  cronExpression,
  cronMessage,
  driftMode,
  originList,
  postgresUrl,
  sourceList,
  sourceNames,
  trustProxy,
  wholeNumber,
} from './values.ts';

/** What the schedule of a directory may say instead of a time: it is never asked by itself. */
export const scheduleOff = 'off';

/** `INGEST_SCHEDULE_COINGECKO_LIST` for `coingecko.list`. */
export const scheduleVariableOf = ({ stream }: Pick<DirectoryFeed, 'stream'>): string =>
  `INGEST_SCHEDULE_${stream.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

// Long enough that nobody guesses it; a shorter one is a mistake.
const adminKeyLengthMin = 16;

const general: Variables = {
  DATABASE_URL: {
    schema: postgresUrl.optional(),
    description: 'PostgreSQL 18 to use. Unset: an embedded server in EMBEDDED_DATA_DIR.',
    secret: true,
  },
  DATABASE_OWNER_URL: {
    schema: postgresUrl.optional(),
    description: 'Login for migrations, with the right to create roles and schemas. Unset: DATABASE_URL.',
    secret: true,
  },
  EMBEDDED_DATA_DIR: {
    schema: z.string().min(1).optional(),
    description: "Folder of the embedded server's data, relative to where the command runs.",
    example: '.coinlog/data',
  },
  CSV_ENCODING: {
    schema: z.string().min(1).optional(),
    description:
      'Encoding of CSV files, as shift_jis. Unset: byte order mark, else UTF-8, else CSV_FALLBACK_ENCODING.',
  },
  CSV_FALLBACK_ENCODING: {
    schema: z.string().min(1).optional(),
    description: 'Encoding of CSV files that declare none and are no UTF-8.',
    example: 'windows-1252',
  },
  CSV_DELIMITER: {
    schema: z.string().min(1).optional(),
    description: 'What divides the cells of CSV files: one sign, or tab. Unset: found by looking.',
    example: ';',
  },
  CSV_DECIMAL_SEPARATOR: {
    schema: z.enum(['.', ',']).optional(),
    description: 'Decimal separator of CSV files. Unset: found by looking at each column.',
  },
  CSV_DATE_FORMAT: {
    schema: z.string().min(1).optional(),
    description:
      'How CSV files write dates: iso, unix, unix_ms or a pattern as "DD-MM-YY HH:mm". Unset: found by looking.',
  },
  CSV_TIME_ZONE: {
    schema: z.string().min(1).optional(),
    description: 'Time zone of dates in CSV files that name none. Unset: UTC.',
    example: 'UTC',
  },
  CSV_MAPPING: {
    schema: z.string().min(1).optional(),
    description: 'Name of the mapping that CSV files are read by. Unset: chosen by the header.',
  },
  ARCHIVE_URI: {
    schema: z.string().min(1).optional(),
    description:
      'Where "coinlog log archive" moves old events: a folder, or s3://bucket/prefix?endpoint=https://host&region=R (credentials by AWS_ACCESS_KEY_ID and the like, or the machine itself).',
    example: '/var/lib/coinlog-archive',
  },
  HISTORY_RETENTION: {
    schema: retentionText.optional(),
    description:
      'How long observations are kept, in days, months or years, as 24m; whole months go at once, the raw log stays. Unset: for ever.',
    example: '24m',
  },
  SOURCES: {
    schema: sourceList.default(sourceNames),
    description: 'Sources to ingest, separated by commas.',
    example: sourceNames.join(','),
  },
  INGEST_SCHEDULE: {
    schema: cronExpression.optional(),
    description:
      'When the market of every source is polled: cron, five fields, UTC. Unset: each source its own default.',
  },
  ETL_BATCH_SIZE: {
    schema: wholeNumber(1, 100_000).default(5_000),
    description:
      'Records a database batch of the projector; ten times as many while it is more than a hundred events behind.',
    example: '5000',
  },
  ETL_RATE_LIMIT_REQUESTS: {
    schema: wholeNumber(1, 10_000).optional(),
    description: "Requests a minute and source, where that is less than the plan's own limit.",
  },
  ETL_RETRY_ATTEMPTS: {
    schema: wholeNumber(1, 10).default(4),
    description: 'Attempts per page, the first included.',
    example: '4',
  },
  REJECT_LIMIT_PERCENT: {
    schema: wholeNumber(0, 100).default(50),
    description: 'A run of which more than this share of the records is rejected has failed, in percent.',
    example: '50',
  },
  REJECT_LIMIT_RECORDS: {
    schema: wholeNumber(0, 1_000_000_000).optional(),
    description: 'The same as a number of records. Unset: only the percentage counts.',
  },
  SPREAD_LIMIT_PERCENT: {
    schema: wholeNumber(1, 1_000).default(10),
    description:
      'Quotes of one coin that are further apart than this are an anomaly, in percent of its price.',
    example: '10',
  },
  ADMIN_API_KEY: {
    schema: z
      .string()
      .regex(/^[!-~]+$/, 'must be one word of plain characters')
      .min(adminKeyLengthMin, `must have at least ${adminKeyLengthMin} characters`)
      .optional(),
    description:
      'Key for administration over HTTP (Authorization: Bearer). Unset: administration over HTTP is off.',
    secret: true,
  },
  ANSWER_CACHE_MB: {
    schema: wholeNumber(0, 100_000).default(64),
    description:
      'Memory for answers that are kept until the read model changes, in megabytes; 0: none are, ETags remain.',
    example: '64',
  },
  ROW_CACHE_MB: {
    schema: wholeNumber(0, 100_000).default(64),
    description:
      'Memory for rows of /data that were read with those of a page before, until the read model changes, in megabytes; 0: each page is read by itself.',
    example: '64',
  },
  RATE_LIMIT_PER_MINUTE: {
    schema: wholeNumber(1, 10_000_000).optional(),
    description:
      'Requests a minute that each client address may send, over HTTP and WebSocket. Unset: no limit.',
  },
  TRUST_PROXY: {
    schema: trustProxy.optional(),
    description:
      'Whose X-Forwarded-For tells the address of a client: how many proxies are in front, or their addresses, separated by commas. Unset: nobody.',
    example: '1',
  },
  CORS_ORIGINS: {
    schema: originList.optional(),
    description:
      'Origins whose pages may ask from a browser, separated by commas, as https://app.example.org; * for all. Unset: none but its own.',
  },
  TRUSTED_DOCUMENTS: {
    schema: z.enum(['off', 'log', 'only']).default('off'),
    description:
      'GraphQL documents that are in no manifest: off: run; log: run and logged; only: refused, and the schema tells nothing of itself.',
    example: 'off',
  },
  TRUSTED_DOCUMENTS_FILE: {
    schema: z.string().min(1).optional(),
    description:
      'The manifest: JSON of texts by id (graphql-codegen) or a list of operations (generate-persisted-query-manifest).',
  },
  NODE_ENV: {
    schema: z.string().default('production'),
    description: 'With development, GraphQL says "did you mean" to a wrong name.',
    example: 'production',
  },
  API_HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    description: 'Address to listen on.',
    example: '127.0.0.1',
  },
  API_PORT: {
    schema: wholeNumber(0, 65_535).optional(),
    description: 'Port to listen on; PORT when unset.',
    example: '8000',
  },
  PORT: {
    schema: wholeNumber(0, 65_535).optional(),
    description: 'Port to listen on where API_PORT is unset.',
  },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    description: 'trace, debug, info, warn, error or silent.',
    example: 'info',
  },
  SHUTDOWN_TIMEOUT_MS: {
    schema: wholeNumber(100, 600_000).default(10_000),
    description: 'How long a clean stop may take, in milliseconds.',
    example: '10000',
  },
};

const pollVariables = (title: string, suffix: string): Variables => ({
  [`REQUESTS_PER_MONTH_${suffix}`]: {
    schema: wholeNumber(1, 100_000_000).optional(),
    description: `Requests a calendar month that your plan of ${title} allows. Unset: what its smallest plan of that kind does.`,
  },
  [`DRIFT_MODE_${suffix}`]: {
    schema: driftMode.optional(),
    description: `What becomes of records of ${title} that differ from those known so far: evolve (taken, and reported), freeze (the run fails), discard-record, discard-value.`,
    example: 'evolve',
  },
});

/** Every variable there is: ours, each source's own, a schedule per feed and a staleness per source. */
export function allVariables(): Variables {
  const variables: Variables = { ...general };
  for (const source of sources) {
    Object.assign(variables, source.variables);
    const suffix = source.name.toUpperCase();
    variables[`INGEST_SCHEDULE_${suffix}`] = {
      schema: cronExpression.optional(),
      description: `When ${source.title} is polled: cron, five fields, UTC.`,
      example: source.schedule,
    };
    for (const directory of source.directories)
      variables[scheduleVariableOf(directory)] = {
        schema: z.union([z.literal(scheduleOff), cronExpression], cronMessage).optional(),
        description: `When ${directory.title} is asked, which tells who coins are: cron, five fields, UTC; or ${scheduleOff}.`,
        example: directory.schedule,
      };
    if (source.settings !== null) Object.assign(variables, pollVariables(source.title, suffix));
    variables[`STALE_AFTER_${suffix}`] = {
      schema: wholeNumber(1, 525_600).optional(),
      description: `Minutes after which the newest success of ${source.title} counts as stale.`,
      example: String(Math.round(source.staleAfterMs / 60_000)),
    };
  }
  return variables;
}
