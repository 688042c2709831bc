import { z } from 'zod';
import { requestMetadataShape } from './metadata.ts';
import { count, named, numberOrNull, text, textOrNull, time, uuid } from './named.ts';

// Its rows are written by the database (see read/rest/data-rows.ts), which the suite holds against this.
const dataRow = named(
  'DataRow',
  z
    .object({
      id: uuid('The same after every rebuild.'),
      coin_id: text("The source's own id."),
      name: text('What the source calls it.'),
      symbol: textOrNull('Its ticker, upper case.'),
      price_usd: numberOrNull('Null where the quote is in another currency.'),
      market_cap_usd: numberOrNull('Market capitalisation in US dollars.'),
      volume_24h_usd: numberOrNull('Volume of the last 24 hours in US dollars.'),
      rank: z.int().nullable().describe('By market capitalisation, as the source says.'),
      percent_change_24h: numberOrNull('Of the price, in percent.'),
      source: text('Who said it.'),
      processed_at: time('When the event with it was recorded.'),
      canonical_coin_id: textOrNull('The coin that this source coin belongs to, over all sources.'),
    })
    .describe('One observation of a source coin in one currency.'),
);

const pagination = z.object({
  page: count('Which page this is, from 1.'),
  limit: count('Rows a page.'),
  total_records: count('Rows on all pages.'),
  total_pages: count('0 where there are no rows.'),
  has_next: z.boolean().describe('There is a page after this one.'),
  has_prev: z.boolean().describe('There is a page before this one.'),
  next_page: z.int().nullable().describe('Its number.'),
  prev_page: z.int().nullable().describe('Its number.'),
  next_cursor: textOrNull(
    'For `after`: the rows behind the last one of this page, whatever is recorded meanwhile.',
  ),
});

export const dataPage = named(
  'DataPage',
  z.object({
    data: z.array(dataRow).describe('Newest recorded first; the id decides between equals.'),
    pagination: pagination.describe('Where this page stands.'),
    metadata: z
      .object({
        ...requestMetadataShape,
        filters_applied: z
          .object({
            source: textOrNull('As asked.'),
            coin_id: textOrNull('As asked.'),
            symbol: textOrNull('As asked.'),
          })
          .describe('Null: not filtered by it.'),
        records_returned: count('Rows on this page.'),
      })
      .describe('Of this answer.'),
  }),
);
export type DataPageBody = z.infer<typeof dataPage>;

/** Where a page stands. */
interface PageFacts {
  page: number;
  limit: number;
  total: number;
  /** For the rows behind the last one; null where there are none. */
  next: string | null;
  /** It was asked for by a cursor: no number leads to it, or from it. */
  behind: boolean;
}

/** Pure: a page among all of them. There is a page before any but the first, even past the end. */
export function paginate({ page, limit, total, next, behind }: PageFacts): DataPageBody['pagination'] {
  const pages = Math.ceil(total / limit);
  const hasNext = behind ? next !== null : page < pages;
  return {
    page,
    limit,
    total_records: total,
    total_pages: pages,
    has_next: hasNext,
    has_prev: behind || page > 1,
    next_page: hasNext && !behind ? page + 1 : null,
    prev_page: page > 1 ? page - 1 : null,
    next_cursor: next,
  };
}
