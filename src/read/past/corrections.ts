import type { Queryable } from '../../database/client.ts';
import type { SourceCoinRef } from '../../identity/source-coin.ts';

/** What a rebuild changed of one observation. */
export interface CorrectionRow extends SourceCoinRef {
  observedAt: Date;
  stream: string;
  /** The event that was read otherwise. */
  sinceVersion: number;
  fromVersion: number;
  /** Null: it is shown still, and was not before `fromVersion`. */
  toVersion: number | null;
  /** As it was shown; null where it still is, or was redacted. */
  price: string | null;
  /** When the version came that changed it. */
  shownAt: Date | null;
}

/** What rebuilds have changed of the observations that some quotes are of, oldest first. */
export const readCorrections = (
  sql: Queryable,
  quotes: readonly (SourceCoinRef & { quoteCurrency: string; observedAt: Date })[],
): Promise<CorrectionRow[]> =>
  sql<CorrectionRow[]>`
    select c.source, c.source_coin_id, c.observed_at, c.stream, c.since_version, c.from_version, c.to_version,
      c.reading ->> 'price' as price, s.shown_at
    from unnest(${quotes.map(({ source }) => source)}::text[], ${quotes.map(({ sourceCoinId }) => sourceCoinId)}::text[],
      ${quotes.map(({ quoteCurrency }) => quoteCurrency)}::text[],
      ${quotes.map(({ observedAt }) => observedAt.toISOString())}::timestamptz[])
      as q (source, source_coin_id, quote_currency, observed_at)
    join control.correction c using (source, source_coin_id, quote_currency, observed_at)
    left join control.shown s on s.version = coalesce(c.to_version, c.from_version)
    order by coalesce(c.to_version, c.from_version), c.to_version nulls last`;
