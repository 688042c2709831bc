import type { SandboxCoin, SandboxMarket } from '../sources/sandbox-market.ts';

const rowsMax = 200;

/** `coinlog_sandbox` marks the file as simulated: a log of real data refuses it. */
const columns: Record<string, (coin: SandboxCoin) => string | number> = {
  id: (coin) => coin.slug,
  name: (coin) => coin.name,
  symbol: (coin) => coin.symbol,
  price_usd: (coin) => coin.priceUsd,
  market_cap_usd: (coin) => Math.round(coin.marketCapUsd),
  volume_24h_usd: (coin) => Math.round(coin.volume24hUsd),
  rank: (coin) => coin.rank,
  percent_change_24h: (coin) => coin.percentChange24h.toFixed(4),
  last_updated: (coin) => coin.updatedAt.toISOString(),
  coinlog_sandbox: () => 1,
};

/** The 200 largest coins at a moment, in USD, as a CSV file after RFC 4180 with LF. */
export function sandboxCsv(market: SandboxMarket, moment: Date): string {
  const coins = market.coinsAt(moment).toSorted((a, b) => a.rank - b.rank);
  const rows = coins
    .slice(0, rowsMax)
    .map((coin) => Object.values(columns).map((valueOf) => cell(String(valueOf(coin)))));
  return [Object.keys(columns), ...rows].map((row) => `${row.join(',')}\n`).join('');
}

function cell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
