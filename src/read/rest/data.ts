import type { Queryable } from '../../database/client.ts';
import type { CoinFilter } from './coin-filter.ts';
import { choosePlan, readDataPage, type DataRow, type Slice } from './data-page.ts';
import { readDataTotals } from './data-totals.ts';

export interface DataPage {
  rows: DataRow[];
  /** Of all pages. */
  total: number;
}

/** A page of the history and how much there is in all. Past the end nothing is read. */
export async function readData(sql: Queryable, filter: CoinFilter, slice: Slice): Promise<DataPage> {
  const totals = await readDataTotals(sql, filter);
  if (slice.offset >= totals.matching) return { rows: [], total: totals.matching };
  const rows = await readDataPage(sql, filter, slice, choosePlan(totals, slice));
  return { rows, total: totals.matching };
}
