/**
 * The statements that take what is older than $1 from the history. Of each coin in each currency the newest of them
 * stays, with all that was said of it: what stood at that time is known still.
 */
export const expireStatements: readonly string[] = [
  `delete from snapshot s
  using (
    select source, source_coin_id, quote_currency, max(observed_at) as carried from snapshot
    where observed_at < $1 group by source, source_coin_id, quote_currency) k
  where s.observed_at < $1 and s.source = k.source and s.source_coin_id = k.source_coin_id
    and s.quote_currency = k.quote_currency and s.observed_at < k.carried`,
  `delete from snapshot_revision r
  where r.observed_at < $1 and not exists (
    select from snapshot s
    where s.source = r.source and s.source_coin_id = r.source_coin_id and s.quote_currency = r.quote_currency
      and s.observed_at = r.observed_at)`,
];

/** $1: the same. What was corrected of it is not asked for any more. */
export const forgetCorrections = 'delete from control.correction where observed_at < $1';
