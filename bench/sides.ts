import type { Sql } from '../src/database/client.ts';
import { append } from '../src/log/append.ts';
import { deriveId } from '../src/log/event-id.ts';

/** A page as each side wants it. */
export interface Page {
  text: string;
  bytes: Buffer;
}

export const stream = 'coingecko.markets';

// Of one sweep, as many as make all invented coins: a coin that comes twice in a run counts once.
const pagesPerRun = 40;

/** A page through coinlog's public append, as the ingester does it. */
export async function appendPage(sql: Sql, index: number, payload: Uint8Array): Promise<void> {
  const request = { path: '/coins/markets', params: { vs_currency: 'usd', page: index + 1 } };
  const result = await append(sql, stream, [
    {
      id: deriveId('bench', index),
      type: 'page.fetched',
      schemaVersion: 1,
      runId: `bench-${Math.floor(index / pagesPerRun)}`,
      receivedAt: new Date('2026-11-20T00:00:00Z'),
      metadata: { request, status: 200, attempt: 1, page: index + 1, headers: {} },
      payload,
    },
  ]);
  if (result.kind !== 'appended') throw new Error(`page ${index} was not appended: ${result.kind}`);
}

/** Bytes that the tables of a schema take, indexes and TOAST with them. */
export async function storedBytes(sql: Sql, schema: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`
    select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint as bytes from pg_class
    where relkind = 'r' and relnamespace = ${schema}::regnamespace`;
  return row?.bytes ?? 0;
}

/** Bytes that one table takes, indexes and TOAST with it. */
export async function tableBytes(sql: Sql, table: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`select pg_total_relation_size(${table}) as bytes`;
  return row?.bytes ?? 0;
}
