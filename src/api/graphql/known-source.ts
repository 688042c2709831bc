import type { SourceConfig } from '../../config/config.ts';
import { wrongInput } from '../../read/graphql/page-request.ts';

/** A misspelt source would otherwise look like one without data. Throws USAGE, which names those there are. */
export function assertKnownSource(name: string | null | undefined, sources: readonly SourceConfig[]): void {
  const names = sources.map(({ source }) => source.name);
  if (name === null || name === undefined || names.includes(name)) return;
  throw wrongInput(`There is no source ${JSON.stringify(name)}: there are ${names.join(', ')}.`);
}
