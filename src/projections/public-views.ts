/**
 * The views in `public` that people query and build on. Columns are only ever added, at the end: PostgreSQL then
 * re-points a view in place, and grants and views on top of it stay.
 */
export const publicViews = (schema: string): string[] => [
  `create or replace view public.snapshot as
    select s.id, s.source, s.source_coin_id, l.coin_id, s.symbol, s.name, s.quote_currency, s.price,
      case when s.quote_currency = 'USD' then s.price end as price_usd,
      case when s.quote_currency = 'USD' then s.market_cap end as market_cap_usd,
      case when s.quote_currency = 'USD' then s.volume_24h end as volume_24h_usd,
      s.percent_change_24h, s.rank, s.circulating_supply, s.total_supply, s.max_supply, s.observed_at,
      s.observed_at_basis, s.processed_at, s.stream, s.version, s.record_index, s.market_cap, s.volume_24h
    from ${schema}.snapshot s
    left join ${schema}.identity_link l using (source, source_coin_id)`,
  `create or replace view public.run as
    select run_id, source, feed, status, unchanged, started_at, ended_at, next_attempt_at, pages, bytes, attempts,
      records_read, accepted, revised, rejected, duplicates, skipped, error_code, error_message, rank_gaps, nulled_cells
    from ${schema}.run`,
  `create or replace view public.coin as
    select coin_id, symbol, name, image_url, rank, price as price_usd, market_cap as market_cap_usd,
      volume_24h as volume_24h_usd, percent_change_1h, percent_change_24h, percent_change_7d, percent_change_30d,
      circulating_supply, total_supply, max_supply, linked_sources, observed_at, method, spread_percent, quotes_used,
      quotes_total
    from ${schema}.coin`,
  `create or replace view public.identity_link as
    select source, source_coin_id, coin_id, method, confidence_percent, evidence, decided_at, version
    from ${schema}.identity_link`,
];

export const publicViewNames = ['snapshot', 'run', 'coin', 'identity_link'] as const;
