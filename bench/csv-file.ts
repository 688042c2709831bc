import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const rowsPerWrite = 10_000;

/** One row as exports of prices have them: some 110 bytes, a quoted name with a comma among them. */
const row = (index: number): string =>
  `coin-${index},C${index % 5_000},"Coin, the ${index}th",${index % 97_777}.${(index * 7) % 1_000_000},${index * 31},${index * 17},${(index % 200) - 100}.5,${index % 9_973},2026-11-20T10:00:00Z\n`;

/** Writes a CSV file of at least so many bytes; returns how many rows it has. */
export async function writeCsvFile(path: string, bytes: number): Promise<number> {
  const file = createWriteStream(path);
  let written = 0;
  let rows = 0;
  file.write('id,symbol,name,price_usd,market_cap_usd,volume_24h_usd,percent_change_24h,rank,last_updated\n');
  while (written < bytes) {
    const part = Array.from({ length: rowsPerWrite }, (_, index) => row(rows + index)).join('');
    rows += rowsPerWrite;
    written += Buffer.byteLength(part);
    if (!file.write(part)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return rows;
}
