import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Sql } from '../src/database/client.ts';

const signature = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const end = Buffer.from([0xff, 0xff]);

/** PostgreSQL's binary COPY of rows of one bytea column. */
function* binaryRows(values: readonly Uint8Array[]): Generator<Uint8Array> {
  yield signature;
  for (const value of values) {
    const head = Buffer.alloc(6);
    head.writeInt16BE(1, 0);
    head.writeInt32BE(value.byteLength, 2);
    yield head;
    yield value;
  }
  yield end;
}

/** All values into the one bytea column of a table, in one COPY and so in one transaction. */
export async function copyIn(sql: Sql, table: string, values: readonly Uint8Array[]): Promise<void> {
  const target = await sql`copy ${sql(table)} from stdin (format binary)`.writable();
  await pipeline(Readable.from(binaryRows(values)), target);
}
