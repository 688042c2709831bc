/** A small generator with a seed, so that every run of the benchmark measures the same pages. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** Coins on a page. */
export const perPage = 250;

/**
 * Pages of 250 coins in CoinGecko's shape, every number of every coin drawn anew. `from`: how many there were before, for
 * more of them than memory holds at once.
 */
export function makePages(count: number, seed = 1, from = 0): string[] {
  const random = createRandom(seed + from);
  const number = (scale: number) => Number((random() * scale).toPrecision(12));
  return Array.from({ length: count }, (_, index) => from + index).map((page) =>
    JSON.stringify(
      Array.from({ length: perPage }, (_, index) => {
        const id = `coin-${(page % 40) * perPage + index}`;
        const at = new Date(Date.UTC(2026, 10, 1) + Math.floor(page / 40) * 60_000 + index).toISOString();
        return {
          id,
          symbol: id.slice(-5),
          name: `Coin ${id}`,
          image: `https://img.example/${id}.png`,
          current_price: number(1_000),
          market_cap: number(1e10),
          market_cap_rank: index + 1,
          fully_diluted_valuation: number(1e10),
          total_volume: number(1e8),
          high_24h: number(1_000),
          low_24h: number(1_000),
          price_change_24h: number(10),
          price_change_percentage_24h: number(10),
          market_cap_change_24h: number(1e8),
          market_cap_change_percentage_24h: number(10),
          circulating_supply: number(1e9),
          total_supply: number(1e9),
          max_supply: null,
          ath: number(2_000),
          ath_change_percentage: -number(90),
          ath_date: at,
          atl: number(1),
          atl_change_percentage: number(1e5),
          atl_date: at,
          roi: null,
          last_updated: at,
          price_change_percentage_1h_in_currency: number(3),
          price_change_percentage_24h_in_currency: number(9),
          price_change_percentage_7d_in_currency: number(20),
          price_change_percentage_30d_in_currency: number(50),
        };
      }),
    ),
  );
}
