import { jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxResponse } from '../sandbox-market.ts';
import { type View, paprikaPercent } from './sandbox-view.ts';

/** Above anything that the simulated market reaches. */
const marketCapAthUsd = 20e12;
const volumeAthUsd = 2e12;

/** `GET /global`: the market as a whole, in USD; its time in unix seconds. */
export function global({ coins, moment }: View): SandboxResponse {
  const sum = (valueOf: (coin: SandboxCoin) => number): number =>
    coins.reduce((total, coin) => total + valueOf(coin), 0);
  const marketCapUsd = sum((coin) => coin.marketCapUsd);
  const marketCapDayAgoUsd = sum((coin) => coin.marketCapUsd / (1 + coin.percentChange24h / 100));
  const bitcoinUsd = coins.find(({ slug }) => slug === 'bitcoin')?.marketCapUsd ?? 0;
  return jsonResponse(200, {
    market_cap_usd: Math.round(marketCapUsd),
    volume_24h_usd: Math.round(sum((coin) => coin.volume24hUsd)),
    bitcoin_dominance_percentage: paprikaPercent((bitcoinUsd / marketCapUsd) * 100),
    cryptocurrencies_number: coins.length,
    market_cap_ath_value: marketCapAthUsd,
    market_cap_ath_date: '2025-10-06T18:57:00Z',
    volume_24h_ath_value: volumeAthUsd,
    volume_24h_ath_date: '2021-05-19T16:00:00Z',
    market_cap_change_24h: paprikaPercent((marketCapUsd / marketCapDayAgoUsd - 1) * 100),
    volume_24h_change_24h: 0,
    last_updated: Math.floor(moment.getTime() / 1_000),
  });
}
