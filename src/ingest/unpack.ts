import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CoinlogError } from '../errors.ts';
import { maxPayloadBytes } from '../log/event.ts';
import type { OpenedFile } from './opened-file.ts';

const gunzipAsync = promisify(gunzip);

const tooLarge = (name: string, what: string): CoinlogError =>
  new CoinlogError(
    'FILE_REFUSED',
    `${name} ${what} more than ${maxPayloadBytes} bytes, and a packed file is kept in one piece: unpack it first (gunzip -k), then ingest it; a file that is not packed may have any size.`,
  );

/** The contents of a packed file. Throws FILE_REFUSED when it is too large, cut short, or no gzip after all. */
export async function unpack({ handle, name, bytes }: OpenedFile): Promise<Buffer> {
  if (bytes > maxPayloadBytes) throw tooLarge(name, 'has');
  const { buffer } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
  try {
    return await gunzipAsync(buffer, { maxOutputLength: maxPayloadBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(name, 'unpacks to');
    throw new CoinlogError(
      'FILE_REFUSED',
      `${name} begins like gzip and cannot be unpacked: it is damaged or cut short.`,
      {
        cause: error,
      },
    );
  }
}
