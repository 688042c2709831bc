/** A number in text that PostgreSQL's `numeric` reads exactly, as received or as the shortest form of a double: `"2e-8"`. */
export type Decimal = string;

/** Where a record's time comes from: the source's own clock, our clock at the answer, or the file. */
export type TimeBasis = 'source' | 'received' | 'file';

/** The values of one quote that are decimals; the names are the columns of the read model in camel case. */
export const decimalFields = [
  'price',
  'marketCap',
  'volume24h',
  'fullyDilutedValuation',
  'percentChange1h',
  'percentChange24h',
  'percentChange7d',
  'percentChange30d',
  'high24h',
  'low24h',
  'ath',
  'circulatingSupply',
  'totalSupply',
  'maxSupply',
] as const;
export type DecimalField = (typeof decimalFields)[number];

/** What a source says of one coin in one currency, at one time. */
export interface QuoteValues extends Record<DecimalField, Decimal | null> {
  /** Upper case, as `USD`. */
  currency: string;
  rank: number | null;
  observedAt: Date;
  observedAtBasis: TimeBasis;
}

/** The address of a token on a platform, both as the source writes them. */
export interface Contract {
  platform: string;
  address: string;
}

/** A coin as one source calls it: unique by both. */
export interface SourceCoinRef {
  source: string;
  sourceCoinId: string;
}

/** A record that was read: one coin with one quote per currency. */
export interface CoinRecord {
  kind: 'coin';
  /** Its place within the event's payload, from 0. */
  index: number;
  /** The source's own id, exactly as it sends it. */
  sourceCoinId: string;
  /** Upper case, or null when the source has none. */
  symbol: string | null;
  name: string | null;
  imageUrl: string | null;
  quotes: QuoteValues[];
  /** Ids of other sources that the record names for this coin; left out where it can name none. */
  declaredIds?: SourceCoinRef[];
  /** Values that could not be read and are null for that: the record is kept without them. */
  cellIssues?: RecordIssue[];
}

/** One thing that is wrong with a record. `expected` and `received` are for people to read. */
export interface RecordIssue {
  path: string;
  code: string;
  message: string;
  expected: string | null;
  received: string | null;
}

/** A record that could not be read; it is kept by reference (stream, version, index) with every issue it has. */
export interface RejectedRecord {
  kind: 'rejected';
  index: number;
  /** The line in a file, from 1; null for an API's record. */
  line: number | null;
  /** Where it begins in a file; left out for an API's record. */
  byteOffset?: number;
  issues: RecordIssue[];
}

/** A record that is fine but says nothing we keep, such as a coin without any quote. */
export interface SkippedRecord {
  kind: 'skipped';
  index: number;
  reason: string;
}

/** A record of a directory: who a coin is, or what belongs to it. */
export interface ListingRecord {
  kind: 'listing';
  index: number;
  /** The source's own id, exactly as it sends it. */
  sourceCoinId: string;
  /** Which part of what is known of the coin the record tells: a contract, as `eth-ethereum 0x…`. Left out: all of it. */
  part?: string;
  /** Upper case; null where the record does not tell. */
  symbol: string | null;
  name: string | null;
  /** False: the coin, or the part of it, is listed and no longer followed. Null: the record does not tell. */
  isActive: boolean | null;
  contracts: Contract[];
  /** Ids of other sources that this source says are the same coin. */
  mappedIds: SourceCoinRef[];
}

export type SourceRecord = CoinRecord | ListingRecord | RejectedRecord | SkippedRecord;

/** A quote with every value unknown: parsers spread it and fill in what they have. */
export const unknownQuote: Record<DecimalField, null> & { rank: null } = {
  price: null,
  marketCap: null,
  volume24h: null,
  fullyDilutedValuation: null,
  percentChange1h: null,
  percentChange24h: null,
  percentChange7d: null,
  percentChange30d: null,
  high24h: null,
  low24h: null,
  ath: null,
  circulatingSupply: null,
  totalSupply: null,
  maxSupply: null,
  rank: null,
};
