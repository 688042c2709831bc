import type { z } from 'zod';
import type { PayloadFields } from './payload-fields.ts';
import type { SourceRecord } from './record.ts';
import type { SandboxRoutes } from './sandbox-market.ts';

/** Request parameters and headers as they are recorded in an event: text, whole numbers and booleans only. */
export type RecordedParams = Record<string, string | number | boolean>;

/** One variable of the environment, as `.env.example` and the configuration know it. */
export interface Variable {
  schema: z.ZodType;
  description: string;
  /** What `.env.example` shows; the schema holds the default itself. */
  example?: string;
  secret?: boolean;
}
export type Variables = Record<string, Variable>;

/** Every parsed variable by name; a source picks out its own. */
export type VariableValues = Readonly<Record<string, unknown>>;

/** The most requests in any second and minute, and in a calendar month (UTC). Null: no such limit is known. */
export interface RequestLimits {
  second: number | null;
  minute: number | null;
  month: number | null;
}

/** What a source's parsed variables come to. Headers may hold a key: they are sent, never recorded or logged. */
export interface PollSettings {
  /** Without a trailing slash. */
  baseUrl: string;
  headers: Record<string, string>;
  /** The plan or kind of key, recorded with every request, as `keyless` or `demo`. */
  plan: string;
  /** What this plan allows. */
  limits: RequestLimits;
  /** Upper case. */
  currency: string;
  /** How many pages one run asks for at most, in the order of rank; `all`: every coin there is, in the order of ids. */
  pages: number | 'all';
  /** Ids of the coins that are asked about, a page each, by a feed that asks so. */
  subjects?: readonly string[];
}

export interface PageRequest {
  /** Relative to the base URL, with a leading slash. */
  path: string;
  params: RecordedParams;
}

/** What a body is that is no page. */
export type WrongBody = 'html' | 'error' | 'cut_short' | 'other';

/** What a body with status 200 turned out to be. Only a page is stored as one. */
export type PageCheck =
  | { kind: 'page'; records: number; last: boolean }
  /** Not what was asked for: worth another try. `code` is what an error object says of itself, as 429. */
  | { kind: 'wrong'; what: WrongBody; reason: string; code: number | null };

/** Which coin stands at which place of the source's own ranking. */
export interface RankedCoin {
  sourceCoinId: string;
  rank: number | null;
}

/** What a fold knows of an event when it reads records from it. */
export interface PayloadEvent {
  type: string;
  receivedAt: Date;
  metadata: Readonly<Record<string, unknown>>;
  payload: Uint8Array;
  /** The payload's values where they have been parsed already, perhaps with some taken out. */
  values?: readonly unknown[];
  /** How columns are read, by name, where an operator has said so: wins over what coinlog brings. */
  mappings?: ReadonlyMap<string, unknown>;
}

/** Where a feed that asks about one coin after the other learns which ones: the newest page of another feed. */
export interface Subjects {
  /** Of the same source, with a single page. */
  stream: string;
  /** Pure: the ids on that page that are worth a request, those that matter most first. Throws on what no page can be. */
  idsOf(payload: Uint8Array): string[];
}

/** A feed asked page by page over HTTP. Its stream holds the runs and their pages. */
export interface PollFeed {
  kind: 'poll';
  /** `<source>.<what>`, as `coingecko.markets`. */
  stream: string;
  /** The request of a page, from 1. */
  request(settings: PollSettings, page: number): PageRequest;
  /** Judges a body of status 200. */
  check(body: Uint8Array, request: PageRequest): PageCheck;
  /** What its records are known to hold. */
  fields: PayloadFields;
  /** Pure: the records of a payload as parsed JSON, before any is judged. Throws on what no page can be. */
  readValues(payload: Uint8Array): unknown[];
  /** It asks about a coin with each page: `settings.subjects` has their ids then. */
  subjects?: Subjects;
  /** Its pages are lists of their own: one that is not there (404) is passed over, and the run goes on. */
  pagesApart?: boolean;
  /** Pure: the coins of a page, for a feed that is asked page by page in the order of rank; else left out. */
  rankedCoins?(body: Uint8Array): RankedCoin[];
  /** Pure: the records of a `page.fetched` event. Throws only on what no page can be. */
  toRecords(event: PayloadEvent): SourceRecord[];
  /** Pure: the same records as they were received, as plain JSON, for people to compare a value with. */
  rawRecords?(event: PayloadEvent): unknown[];
}

/** What a person says of a file; whatever is left out is found by looking at it. */
export interface FileOptions {
  /** Any label that TextDecoder takes. A byte order mark comes first. */
  encoding?: string | undefined;
  /** For a file that declares nothing and is no UTF-8. */
  fallbackEncoding?: string | undefined;
  delimiter?: string | undefined;
  /** Empty: quotes are text as any other. */
  quote?: string | undefined;
  decimalSeparator?: '.' | ',' | undefined;
  /** As `DD-MM-YY HH:mm`; or `iso`, `unix`, `unix_ms`. */
  dateFormat?: string | undefined;
  /** Of times that name none, as `Europe/Berlin`. */
  timeZone?: string | undefined;
  /** False: the first row is data, and columns are named `column1`, `column2` by their places. */
  header?: boolean | undefined;
  /** The name of the mapping to read its columns by. */
  mapping?: string | undefined;
  /** What its owner calls the file; recorded and shown, and nothing else. */
  name?: string | undefined;
  /** The mappings that an operator has added, by name. */
  mappings?: ReadonlyMap<string, unknown> | undefined;
}

/** How the cells of one column are written, as the head of the file tells. */
export type ColumnFormat = {
  /** `unclear`: what is written as `1.234` may be either number. */
  decimal?: '.' | ',' | 'unclear';
  /** The one order of day, month and year that all its dates allow. */
  date?: string;
};

/** How a file is read; found by looking at its beginning, and recorded with each chunk. Plain JSON. */
export interface FileDescription {
  mapping: string;
  /** As TextDecoder names it. */
  encoding: string;
  delimiter: string;
  header: string[];
  /** Bytes before the first record: byte order mark and header. */
  bodyOffset: number;
  /** The line of the first record, from 1. */
  bodyLine: number;
  /** Columns that no field of ours takes. */
  unmapped: string[];
  quote?: string;
  /** One for each label of the header. */
  columns?: ColumnFormat[];
  /** What was declared of its values: wins over what was found and over the mapping. */
  declared?: { decimalSeparator?: '.' | ','; dateFormat?: string; timeZone?: string };
  identifiedBy?: 'id' | 'symbol' | 'name';
  /** It has several rows of one coin: the past, and no list of today. */
  history?: boolean;
  name?: string;
  /** What its owner should know: a guess that was made, a column that cannot be read with certainty. */
  warnings?: string[];
}

/** A run of whole records of a file. */
export interface FileChunk {
  offset: number;
  /** The line its first record begins on, from 1. */
  firstLine: number;
  records: number;
  bytes: Uint8Array;
}

export interface Chunker {
  push(bytes: Uint8Array): FileChunk[];
  end(): FileChunk[];
}

/** A record of a file as it was received. */
export interface RawRow {
  header: string[];
  /** None where the record cannot be divided into cells. */
  cells: string[];
  /** From 1. */
  line: number;
  byteOffset: number;
  /** Its text; bytes that are no text as `\xe9`. */
  raw: string;
}

/** A feed that reads files brought by people. */
export interface FileFeed {
  kind: 'file';
  stream: string;
  /** Part of a chunk's id: raise it when chunks are cut differently. */
  chunkerVersion: number;
  /** Looks at the first bytes of a file (up to 1 MiB; `whole` tells whether that is all of it). */
  describe(
    head: Uint8Array,
    whole: boolean,
    options?: FileOptions,
  ): { kind: 'described'; description: FileDescription } | { kind: 'refused'; reason: string };
  createChunker(description: FileDescription): Chunker;
  /**
   * Pure: the records of a `file.chunk` event. Its metadata: `file` {name, sha256, bytes, modifiedAt (ISO)},
   * `description` (above), `offset`, `firstLine`.
   */
  toRecords(event: PayloadEvent): SourceRecord[];
  /** Pure: the same records as they were received, as plain JSON, for people to compare a value with. */
  rawRecords?(event: PayloadEvent): unknown[];
  /** Pure: one record as it was received, for a person to correct; null where the event has no such record. */
  rawRow?(event: PayloadEvent, index: number): RawRow | null;
  /** The same of many, by index: the payload is divided once. */
  rawRows?(event: PayloadEvent, indexes: Iterable<number>): Map<number, RawRow>;
}

/**
 * A feed that tells who a source's coins are and not what they cost: lists of ids, names and contracts. It is asked,
 * kept and accounted for as any polled feed is; its records are listings.
 */
export interface DirectoryFeed extends PollFeed {
  /** For people, as `CoinGecko's list of coins`. */
  title: string;
  /** Cron, five fields, UTC. */
  schedule: string;
  /** How many pages one run asks for at most. */
  pages: number;
  /** Why it is not asked with these settings, as a key that the plan needs; null when it is. Left out: it always is. */
  unavailable?(settings: PollSettings): string | null;
}

export type Feed = PollFeed | FileFeed;

/** Everything coinlog knows about one source. One folder exports one of these; the registry lists them. */
export interface Source {
  /** Lower case, as in ids, streams and REST answers. */
  name: string;
  title: string;
  variables: Variables;
  /** Cron, five fields, UTC. */
  schedule: string;
  /** How old its newest success may be before it counts as stale. */
  staleAfterMs: number;
  /** Null for a source that is read from files. */
  settings: ((values: VariableValues) => PollSettings) | null;
  /** What its coins cost. Whether the source is fresh is a matter of this feed alone. */
  feed: Feed;
  /** Who its coins are. */
  directories: readonly DirectoryFeed[];
  /** The stand-in for its API, under `/<name>`; null for a source without one. */
  sandbox: SandboxRoutes | null;
}
