/** A coin of the simulated market as it stands at one moment, in USD. */
export interface SandboxCoin {
  /** Its place in the market's own list, from 0; steady over time. */
  index: number;
  name: string;
  /** Upper case; shared by many coins, as on the real market. */
  symbol: string;
  /** Unique; what CoinGecko would use as id. */
  slug: string;
  priceUsd: number;
  marketCapUsd: number;
  volume24hUsd: number;
  /** By market cap, from 1. */
  rank: number;
  percentChange1h: number;
  percentChange24h: number;
  percentChange7d: number;
  percentChange30d: number;
  high24hUsd: number;
  low24hUsd: number;
  athUsd: number;
  athAt: Date;
  circulatingSupply: number;
  totalSupply: number | null;
  maxSupply: number | null;
  updatedAt: Date;
  firstDataAt: Date;
}

/** The simulated market: the same seed and the same moment give the same coins. */
export interface SandboxMarket {
  /** The market's own time; it may run faster than ours. */
  now(): Date;
  /** All coins at that moment, in the order of `index`. */
  coinsAt(moment: Date): SandboxCoin[];
  /** USD per unit of a currency (upper case), or null when it is not known. */
  usdPer(currency: string, moment: Date): number | null;
}

export interface SandboxRequest {
  /** Below the source's own mount, as `/api/v3/coins/markets`. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  /** Our clock, for rate limits; in milliseconds. */
  nowMs: number;
}

export interface SandboxResponse {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** One stand-in: keeps its own rate-limit and caching state. */
export interface SandboxUpstream {
  handle(request: SandboxRequest): SandboxResponse;
}

export interface SandboxRoutes {
  /** What comes between `/<source>` and the API's own paths, as `/api/v3`; the base URL ends with it. */
  basePath: string;
  create(market: SandboxMarket): SandboxUpstream;
}
