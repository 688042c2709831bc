import { createLru } from '../../../lru.ts';
import type { TrustedDocuments } from './trusted.ts';

/** Texts by hash that clients have registered, and those of the manifest; the interface is Apollo's. */
export interface PersistedTexts {
  textOf(hash: string): string | undefined;
  get(key: string): Promise<string | undefined>;
  set(key: string, text: string): Promise<void>;
  delete(key: string): Promise<boolean>;
}

const keptCharacters = 2_000_000;

export function createPersistedTexts(trusted: TrustedDocuments): PersistedTexts {
  const registered = createLru<string>(keptCharacters, (hash, text) => hash.length + text.length + 100);
  const textOf = (hash: string) => trusted.textOf(hash) ?? registered.get(hash);
  // Apollo puts this before each.
  const bare = (key: string) => key.replace(/^apq:/, '');
  return {
    textOf,
    get: async (key) => textOf(bare(key)),
    set: async (key, text) => registered.set(bare(key), text),
    delete: async () => false,
  };
}
