import { hash } from 'node:crypto';
import { readMappings } from '../control/mapping-decisions.ts';
import type { Queryable } from '../database/client.ts';
import { canonicalJson } from '../log/canonical-json.ts';
import type { FileOptions } from '../sources/source.ts';

/** How a file is to be read: what was declared of it, and what operators have loaded. */
export interface Reading {
  options: FileOptions;
  /**
   * Of what was declared, empty when that is nothing. Part of the ids of the file's events: the same bytes are no event
   * again, unless somebody says that they have to be read otherwise.
   */
  key: string;
}

const isDeclared = ([, value]: [string, unknown]): boolean => value !== undefined;

/** What a command declares wins over what the configuration declares of all files. */
export async function readingOf(
  sql: Queryable,
  configured: FileOptions,
  own: FileOptions | undefined,
): Promise<Reading> {
  const { mappings: _mappings, ...declared } = { ...configured, ...definedOf(own ?? {}) };
  const plain = Object.fromEntries(Object.entries(declared).filter(isDeclared)) as Record<
    string,
    string | boolean
  >;
  const loaded = await readMappings(sql);
  return {
    options: { ...declared, mappings: new Map(loaded.map(({ name, mapping }) => [name, mapping])) },
    key: Object.keys(plain).length === 0 ? '' : hash('sha256', canonicalJson(plain)).slice(0, 16),
  };
}

const definedOf = (options: FileOptions): FileOptions =>
  Object.fromEntries(Object.entries(options).filter(isDeclared));
