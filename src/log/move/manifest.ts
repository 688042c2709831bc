import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CoinlogError, messageOf } from '../../errors.ts';

/** What an export holds; written last, so that a folder with one is whole. */
const manifest = z.object({
  format: z.literal('coinlog-export-1'),
  exportedAt: z.string(),
  events: z.int(),
  streams: z.array(
    z.object({
      stream: z.string(),
      head: z.int().positive(),
      chainHash: z.hex().length(64),
      files: z.array(
        z.object({
          file: z.string(),
          firstVersion: z.int().positive(),
          lastVersion: z.int().positive(),
          bytes: z.int().positive(),
          sha256: z.hex().length(64),
        }),
      ),
    }),
  ),
});
export type Manifest = z.infer<typeof manifest>;
export type ExportedStream = Manifest['streams'][number];

const pathOf = (folder: string): string => join(folder, 'manifest.json');

export async function writeManifest(folder: string, content: Manifest): Promise<void> {
  await writeFile(`${pathOf(folder)}.part`, `${JSON.stringify(content, null, 2)}\n`, { flush: true });
  await rename(`${pathOf(folder)}.part`, pathOf(folder));
}

/** Throws IMPORT_REFUSED when the folder holds no whole export. */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return manifest.parse(JSON.parse(await readFile(pathOf(folder), 'utf8')));
  } catch (error) {
    throw new CoinlogError(
      'IMPORT_REFUSED',
      `${folder} holds no whole export ("coinlog log export" writes one, and manifest.json last): ${messageOf(error).split('\n')[0]}.`,
      { cause: error },
    );
  }
}
