import type { SourceConfig } from '../../config/config.ts';
import { wrongInput } from '../../read/graphql/page-request.ts';

/** A misspelt source would otherwise look like one without data. Throws USAGE, which names those there are. */
export function assertKnownSource(name: string | null | undefined, sources: readonly SourceConfig[]): void {
  const names = sources.map(({ source }) => source.name);
  if (name === null || name === undefined || names.includes(name)) return;
  throw wrongInput(`There is no source ${JSON.stringify(name)}: there are ${names.join(', ')}.`);
}

// No name is longer; without a limit 150,000 characters kept a connection busy for 21 s.
const searchLengthMax = 500;

/** Throws USAGE for a text that no name can hold. */
export function assertSearchable(text: string | null | undefined): void {
  if ((text?.length ?? 0) > searchLengthMax)
    throw wrongInput(`search takes ${searchLengthMax} characters at most.`);
}
