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
  /** Pure: the coins of a page, for a feed that is asked page by page in the order of rank; else left out. */
  rankedCoins?(body: Uint8Array): RankedCoin[];
  /** Pure: the records of a `page.fetched` event. Throws only on what no page can be. */
  toRecords(event: PayloadEvent): SourceRecord[];
  /** Pure: the same records as they were received, as plain JSON, for people to compare a value with. */
  rawRecords?(event: PayloadEvent): unknown[];
}

/** How a file is read; found by looking at its beginning, and recorded with each chunk. Plain JSON. */
export interface FileDescription {
  mapping: string;
  encoding: string;
  delimiter: string;
  header: string[];
  /** Bytes before the first record: byte order mark and header. */
  bodyOffset: number;
  /** The line of the first record, from 1. */
  bodyLine: number;
  /** Columns that no field of ours takes. */
  unmapped: string[];
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
  ): { kind: 'described'; description: FileDescription } | { kind: 'refused'; reason: string };
  createChunker(description: FileDescription): Chunker;
  /**
   * Pure: the records of a `file.chunk` event. Its metadata: `file` {name, sha256, bytes, modifiedAt (ISO)},
   * `description` (above), `offset`, `firstLine`.
   */
  toRecords(event: PayloadEvent): SourceRecord[];
  /** Pure: the same records as they were received, as plain JSON, for people to compare a value with. */
  rawRecords?(event: PayloadEvent): unknown[];
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
  feed: Feed;
  /** The stand-in for its API, under `/<name>`; null for a source without one. */
  sandbox: SandboxRoutes | null;
}
