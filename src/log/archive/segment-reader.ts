import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { CoinlogError, messageOf } from '../../errors.ts';
import type { StoredEvent } from '../stored-event.ts';
import { decodeBlock } from './block.ts';
import { decodeIndex, indexBytes, trailerBytes, type SegmentIndex } from './segment-index.ts';
import type { ArchiveStore } from './store.ts';

const decompress = promisify(zstdDecompress);

const damaged = (store: ArchiveStore, file: string, why: string): CoinlogError =>
  new CoinlogError(
    'LOG_DAMAGED',
    `The archive file ${file} in ${store.where} is damaged (${why}): put an undamaged copy in its place.`,
  );

/** The index at a file's end. Throws ARCHIVE_FILE_MISSING, ARCHIVE_UNREACHABLE, or LOG_DAMAGED naming the file. */
export async function readSegmentIndex(store: ArchiveStore, file: string): Promise<SegmentIndex> {
  const size = await store.size(file);
  if (size === null)
    throw new CoinlogError(
      'ARCHIVE_FILE_MISSING',
      `The archive file ${file} is missing from ${store.where}: put it back, or correct ARCHIVE_URI.`,
    );
  const length = indexBytes(await store.read(file, Math.max(0, size - trailerBytes), trailerBytes));
  if (length === null || length > size) throw damaged(store, file, 'its end is not that of a segment');
  try {
    return decodeIndex(await store.read(file, size - trailerBytes - length, length));
  } catch (error) {
    if (error instanceof CoinlogError) throw error;
    throw damaged(store, file, 'its index cannot be read');
  }
}

/** The events of one block of a file. Throws like `readSegmentIndex`. */
export async function readBlock(
  store: ArchiveStore,
  file: string,
  index: SegmentIndex,
  block: SegmentIndex['blocks'][number],
): Promise<StoredEvent[]> {
  const packed = await store.read(file, block.offset, block.bytes);
  try {
    const raw = await decompress(packed, {
      maxOutputLength: block.raw_bytes,
      chunkSize: Math.max(64, block.raw_bytes),
    });
    return decodeBlock(index.stream, raw);
  } catch (error) {
    throw damaged(store, file, `at event ${block.first_version}: ${messageOf(error).split('\n')[0]}`);
  }
}

/** All events of a file in order, a block at a time, from the block that holds a version. */
export async function* readSegment(
  store: ArchiveStore,
  file: string,
  fromVersion = 1,
): AsyncGenerator<StoredEvent[]> {
  const index = await readSegmentIndex(store, file);
  for (const [at, block] of index.blocks.entries()) {
    const next = index.blocks[at + 1];
    if (next && next.first_version <= fromVersion) continue;
    const events = await readBlock(store, file, index, block);
    yield events.filter(({ version }) => version >= fromVersion);
  }
}
