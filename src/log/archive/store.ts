import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoinlogError } from '../../errors.ts';
import { createFolderStore } from './folder-store.ts';
import { createS3Store } from './s3-store.ts';
import { parseS3Uri } from './s3-uri.ts';

/** Where archived files lie. A name is like `coingecko.markets/0000000001-0000065536.zst`. */
export interface ArchiveStore {
  /** For people: a folder, or `s3://bucket/prefix`. Never a credential. */
  where: string;
  /**
   * Stores a local file under a name. When it resolves the file is durable, and at no time is there half a file under
   * that name. Overwrites: a name is only used again with the same bytes, after a crash. Throws ARCHIVE_UNREACHABLE,
   * or the plain error of a local file that cannot be read.
   */
  put(name: string, path: string): Promise<void>;
  /** Bytes of a file, or null when it is not there. Throws ARCHIVE_UNREACHABLE. */
  size(name: string): Promise<number | null>;
  /** Bytes `[from, from + bytes)`; shorter only at the file's end. Throws ARCHIVE_FILE_MISSING, ARCHIVE_UNREACHABLE. */
  read(name: string, from: number, bytes: number): Promise<Buffer>;
  /** Removes a file; one that is gone is fine. Throws ARCHIVE_UNREACHABLE. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the store that ARCHIVE_URI names: a folder, `file:///path`, or
 * `s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=eu-central-1&path_style=true`. Nothing is touched before the
 * first use. Throws CONFIG_INVALID.
 */
export function openStore(uri: string): ArchiveStore {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === 's3') return withCheckedNames(createS3Store(parseS3Uri(uri)));
  if (scheme === 'file') return withCheckedNames(createFolderStore(fileUriPath(uri)));
  if (scheme !== undefined) {
    throw new CoinlogError(
      'CONFIG_INVALID',
      `ARCHIVE_URI: ${scheme}: is not supported; give a folder, file:///path or s3://bucket/prefix.`,
    );
  }
  if (uri.trim() === '') throw new CoinlogError('CONFIG_INVALID', 'ARCHIVE_URI: it is empty; give a folder.');
  return withCheckedNames(createFolderStore(resolve(uri)));
}

function fileUriPath(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch (cause) {
    throw new CoinlogError('CONFIG_INVALID', 'ARCHIVE_URI: a file URI is file:///path, without a host.', {
      cause,
    });
  }
}

// Names come from the database: a row that was tampered with must not reach outside the archive. A part that begins
// with a dot is `..`, or what the folder store calls its unfinished files.
const namePattern = /^(?:[^./\\\p{Cc}][^/\\\p{Cc}]*)(?:\/[^./\\\p{Cc}][^/\\\p{Cc}]*)*$/u;

function withCheckedNames(store: ArchiveStore): ArchiveStore {
  const checked = (name: string): string => {
    if (namePattern.test(name)) return name;
    throw new Error(`an archive file cannot be called ${JSON.stringify(name)}`);
  };
  return {
    where: store.where,
    put: async (name, path) => store.put(checked(name), path),
    size: async (name) => store.size(checked(name)),
    read: async (name, from, bytes) => store.read(checked(name), from, bytes),
    remove: async (name) => store.remove(checked(name)),
    close: () => store.close(),
  };
}
