import { z } from 'zod';
import type { QuoteValues } from '../../sources/record.ts';

/** From the oldest to the newest observation of a source's coin in a currency, in milliseconds since 1970. */
interface Span {
  from: number;
  to: number;
}

/**
 * By source, coin and currency. What lies outside of its span nobody has spoken of: it need not be compared with
 * anything. Of a poll that is nearly every quote, and of a file in the order of its times every row.
 */
export type Spans = Map<string, Span>;

const keyOf = (source: string, sourceCoinId: string, currency: string): string =>
  // As the database stores it.
  `${source}\t${currency}\t${sourceCoinId.toWellFormed()}`;

/** Takes a record's quotes into the spans; true when all of them were outside. */
export function takeIntoSpans(
  spans: Spans,
  source: string,
  sourceCoinId: string,
  quotes: readonly QuoteValues[],
): boolean {
  let outside = true;
  for (const { currency, observedAt } of quotes) {
    const key = keyOf(source, sourceCoinId, currency);
    const at = observedAt.getTime();
    const span = spans.get(key);
    if (span === undefined) spans.set(key, { from: at, to: at });
    else if (at > span.to) span.to = at;
    else if (at < span.from) span.from = at;
    else outside = false;
  }
  return outside;
}

export const readSpans = (schema: string): string => `
  select source, source_coin_id, quote_currency, min(observed_at) as from, max(observed_at) as to
  from ${schema}.snapshot group by source, source_coin_id, quote_currency`;

const row = z.object({
  source: z.string(),
  sourceCoinId: z.string(),
  quoteCurrency: z.string(),
  from: z.date(),
  to: z.date(),
});

/** Of the rows of `readSpans`. */
export function spansOf(rows: readonly unknown[]): Spans {
  return new Map(
    rows.map((given) => {
      const { source, sourceCoinId, quoteCurrency, from, to } = row.parse(given);
      return [keyOf(source, sourceCoinId, quoteCurrency), { from: from.getTime(), to: to.getTime() }];
    }),
  );
}
