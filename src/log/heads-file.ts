import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { CoinlogError, messageOf } from '../errors.ts';
import type { ChainPosition } from './stored-event.ts';

/** Where each stream's chain stood at some time, kept in another place than the database. */
export type ExportedHeads = ReadonlyMap<string, ChainPosition>;

const headsFile = z.object({
  format: z.literal('coinlog-heads-1'),
  exportedAt: z.string(),
  streams: z.record(z.string(), z.object({ version: z.int(), chainHash: z.hex().length(64) })),
});

const failed = (path: string, error: unknown): CoinlogError =>
  new CoinlogError(
    'FILE_REFUSED',
    `${path} is not a file of exported heads ("coinlog verify --export" writes one): ${messageOf(error).split('\n')[0]}.`,
  );

/** Writes the heads as JSON; at no time is half a file there. Throws FILE_REFUSED. */
export async function writeHeads(path: string, heads: ExportedHeads, now: Date): Promise<void> {
  const streams = Object.fromEntries(
    [...heads].map(([stream, { version, chainHash }]) => [
      stream,
      { version, chainHash: Buffer.from(chainHash).toString('hex') },
    ]),
  );
  const content: z.infer<typeof headsFile> = {
    format: 'coinlog-heads-1',
    exportedAt: now.toISOString(),
    streams,
  };
  try {
    await writeFile(`${path}.part`, `${JSON.stringify(content, null, 2)}\n`);
    await rename(`${path}.part`, path);
  } catch (error) {
    throw new CoinlogError('FILE_REFUSED', `Cannot write ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

/** Reads what `writeHeads` wrote. Throws FILE_REFUSED. */
export async function readHeadsFile(path: string): Promise<ExportedHeads> {
  try {
    const { streams } = headsFile.parse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(
      Object.entries(streams).map(([stream, { version, chainHash }]) => [
        stream,
        { version, chainHash: Buffer.from(chainHash, 'hex') },
      ]),
    );
  } catch (error) {
    throw failed(path, error);
  }
}
