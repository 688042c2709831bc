import type { Sql } from '../src/database/client.ts';
import { sha256 } from '../src/log/chain.ts';
import { compress, decompress } from '../src/log/compress.ts';
import { type Page, stream } from './sides.ts';
import { createStopwatch, seconds, type Stopwatch } from './timing.ts';

const rowsPerRead = 32;

const warmUpCalls = 20;

const megabytes = (pages: readonly Page[]): number =>
  pages.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) / 1e6;

/** Milliseconds that half of the calls stay within, after some that do not count. */
async function typical<T>(values: readonly T[], task: (value: T) => Promise<unknown>): Promise<number> {
  for (const value of values.slice(0, warmUpCalls)) await task(value);
  const watch = createStopwatch();
  for (const value of values) await watch.time(() => task(value));
  return watch.quantile(0.5);
}

/** Where the time of a typical append goes: each part alone, over all pages. */
export async function partsOfAppend(sql: Sql, watch: Stopwatch, pages: readonly Page[]): Promise<string> {
  const stored: Uint8Array[] = [];
  for (const { bytes } of pages) stored.push(await compress(bytes));
  const whole = watch.quantile(0.5);
  const packing = await typical(pages, async ({ bytes }) => compress(bytes));
  const hashing = await typical(pages, async ({ bytes }) => sha256(bytes));
  const trip = await typical(stored, async (value) => sql`select length(${value}::bytea)`);
  const parts = [
    `compress ${packing.toFixed(2)}`,
    `sha256 ${hashing.toFixed(2)}`,
    `a round trip with the packed bytes ${trip.toFixed(2)}`,
    `what is left, the function with its WAL and commit, ${(whole - packing - hashing - trip).toFixed(2)}`,
  ];
  return `Of an append's ${whole.toFixed(2)} ms (p50): ${parts.join(', ')}.`;
}

/** What bounds verify: each part alone, over all pages. */
export async function partsOfVerify(sql: Sql, verifying: number, pages: readonly Page[]): Promise<string> {
  const stored: { payload: Uint8Array; payloadBytes: number }[] = [];
  const fetching = await seconds(async () => {
    const cursor = sql<{ payload: Uint8Array; payloadBytes: number }[]>`
      select payload, payload_bytes from log.event where stream = ${stream} order by version`.cursor(
      rowsPerRead,
    );
    for await (const rows of cursor) stored.push(...rows);
  });
  const unpacking = await seconds(async () => {
    for (let from = 0; from < stored.length; from += rowsPerRead)
      await Promise.all(
        stored.slice(from, from + rowsPerRead).map((row) => decompress(row.payload, row.payloadBytes)),
      );
  });
  const hashing = await seconds(async () => {
    for (const { bytes } of pages) sha256(bytes);
  });
  const total = megabytes(pages);
  const speed = (took: number) => `${Math.round(total / took)} MB/s`;
  return (
    `Verify, ${speed(verifying)} of raw payload: reading the stored bytes alone ${speed(fetching)}, ` +
    `unpacking alone ${speed(unpacking)} (${rowsPerRead} at once), sha256 alone ${speed(hashing)}; ` +
    `one after another ${speed(fetching + unpacking + hashing)}.`
  );
}
