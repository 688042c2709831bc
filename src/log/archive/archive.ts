import { CoinlogError } from '../../errors.ts';
import type { StoredEvent } from '../stored-event.ts';
import type { SegmentIndex } from './segment-index.ts';
import { readBlock, readSegment, readSegmentIndex } from './segment-reader.ts';
import type { Segment } from './segments.ts';
import type { ArchiveStore } from './store.ts';

/** Where archived segments are read from. */
export interface Archive {
  /** Null: none is configured. Throws CONFIG_INVALID when asked for what then cannot be read. */
  store: ArchiveStore | null;
  /** The block that holds a version, from a few that are kept in memory. */
  blockAt(segment: Segment, version: number): Promise<StoredEvent[]>;
  /** A segment from a version on, a block at a time, past what is kept in memory. */
  blocks(segment: Segment, fromVersion: number): AsyncGenerator<StoredEvent[]>;
}

const needStore = (
  store: ArchiveStore | null,
  { stream, firstVersion, lastVersion }: Segment,
): ArchiveStore => {
  if (store) return store;
  throw new CoinlogError(
    'CONFIG_INVALID',
    `ARCHIVE_URI: events ${firstVersion} to ${lastVersion} of ${stream} are in the archive; set it to where that is.`,
  );
};

// A reader goes through a block in several steps, and several may read at once; a block unpacks to some 8 MB.
const keptBlocks = 4;

/** A file that is whole but another segment's must not pass for this one's. */
function checkIndex(store: ArchiveStore, segment: Segment, index: SegmentIndex): SegmentIndex {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const fits =
    index.stream === segment.stream &&
    index.first_version === segment.firstVersion &&
    index.last_version === segment.lastVersion &&
    index.previous_hash === hex(segment.previousHash) &&
    index.chain_hash === hex(segment.chainHash);
  if (fits) return index;
  throw new CoinlogError(
    'LOG_DAMAGED',
    `The archive file ${segment.file} in ${store.where} is not that of events ${segment.firstVersion} to ${segment.lastVersion} of ${segment.stream}: put the right one in its place.`,
  );
}

/** A map that forgets what was used longest ago. */
function createRecent<T>(limit: number) {
  const kept = new Map<string, Promise<T>>();
  return async (key: string, load: () => Promise<T>): Promise<T> => {
    const found = kept.get(key) ?? load();
    kept.delete(key);
    kept.set(key, found);
    for (const oldest of kept.keys()) if (kept.size > limit) kept.delete(oldest);
    return found.catch((error: unknown) => {
      kept.delete(key);
      throw error;
    });
  };
}

/** Reads archived segments from a store. */
export function createArchive(store: ArchiveStore | null): Archive {
  const recentIndex = createRecent<SegmentIndex>(64);
  const recentBlock = createRecent<StoredEvent[]>(keptBlocks);
  return {
    store,
    async blockAt(segment, version) {
      const from = needStore(store, segment);
      const { file } = segment;
      const index = checkIndex(from, segment, await recentIndex(file, () => readSegmentIndex(from, file)));
      const block = index.blocks.findLast(({ first_version }) => first_version <= version);
      if (!block) return [];
      return recentBlock(`${file}#${block.offset}`, () => readBlock(from, file, index, block));
    },
    async *blocks(segment, fromVersion) {
      const from = needStore(store, segment);
      checkIndex(from, segment, await readSegmentIndex(from, segment.file));
      yield* readSegment(from, segment.file, fromVersion);
    },
  };
}

/** For a log of which nothing was archived. */
export const noArchive: Archive = createArchive(null);
