import type { SourceConfig } from '../../config/config.ts';
import { wrongInput } from '../../read/graphql/page-request.ts';

/** A source by its name. Throws USAGE, which names those there are. */
export function knownSource(name: string, sources: readonly SourceConfig[]): SourceConfig {
  const found = sources.find(({ source }) => source.name === name);
  if (found) return found;
  const names = sources.map(({ source }) => source.name);
  throw wrongInput(`There is no source ${JSON.stringify(name)}: there are ${names.join(', ')}.`);
}

/** A misspelt source would otherwise look like one without data. Throws USAGE, which names those there are. */
export function assertKnownSource(name: string | null | undefined, sources: readonly SourceConfig[]): void {
  if (name !== null && name !== undefined) knownSource(name, sources);
}

// As many as are shown on four pages; 60,000 fit a request, and each is looked up.
const idsMax = 1_000;

/** Throws USAGE for more ids than a client can want at once. */
export function assertFew(ids: readonly string[] | null | undefined): void {
  const count = ids?.length ?? 0;
  if (count > idsMax) throw wrongInput(`${count} ids are too many: at most ${idsMax}.`);
}

// No name is longer; without a limit 150,000 characters kept a connection busy for 21 s.
const searchLengthMax = 500;

/** Throws USAGE for a text that no name can hold. */
export function assertSearchable(text: string | null | undefined): void {
  if ((text?.length ?? 0) > searchLengthMax)
    throw wrongInput(`search takes ${searchLengthMax} characters at most.`);
}
