import { readFile } from 'node:fs/promises';
import { loadMapping, readMappings } from '../control/mapping-decisions.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import { mappingSchema, shippedMappings } from '../sources/csv/index.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { table, type Output } from './output.ts';

/** A mapping's file, checked: what is wrong with it is told before it is on record. */
async function readMappingFile(path: string): Promise<{ name: string; bytes: Uint8Array }> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CoinlogError('USAGE', `Cannot read ${path}: ${messageOf(cause)}.`, { cause });
  });
  try {
    const parsed = mappingSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    if (parsed.success) return { name: parsed.data.name, bytes };
    const [issue] = parsed.error.issues;
    throw new CoinlogError('USAGE', `${path}: ${issue?.path.join('.')}: ${issue?.message}.`);
  } catch (error) {
    if (error instanceof CoinlogError) throw error;
    throw new CoinlogError('USAGE', `${path} is no JSON: ${messageOf(error)}.`, { cause: error });
  }
}

/** Loads a mapping. Files that were read by one of its name before are read by it from now on, the past included. */
export async function mappingLoad(app: App, output: Output, path: string, reason: string): Promise<number> {
  const { name, bytes } = await readMappingFile(path);
  await loadMapping(app.database.sql, name, bytes, byCommand(reason), app.now());
  await projectDecisions(app);
  output.result(
    { name },
    () => `Mapping "${name}" is loaded; what was read by one of that name is folded again by it.`,
  );
  return 0;
}

/** The mappings there are: those that were loaded, and those that coinlog brings. */
export async function mappingList(app: App, output: Output): Promise<number> {
  const loaded = await readMappings(app.database.readSql);
  const names = new Set(loaded.map(({ name }) => name));
  const mappings = [
    ...loaded.map(({ name, mapping, loadedAt, reason }) => ({
      name,
      from: 'loaded',
      loadedAt,
      reason,
      mapping,
    })),
    ...shippedMappings
      .filter(({ name }) => !names.has(name))
      .map((mapping) => ({ name: mapping.name, from: 'coinlog', loadedAt: null, reason: null, mapping })),
  ];
  output.result({ mappings }, () =>
    table(
      ['name', 'from', 'loadedAt', 'reason'],
      mappings.map(({ name, from, loadedAt, reason }) => [name, from, loadedAt, reason]),
    ),
  );
  return 0;
}

/** One mapping as JSON: to look at, or to write a corrected one from. */
export async function mappingShow(app: App, output: Output, name: string): Promise<number> {
  const loaded = (await readMappings(app.database.readSql)).find((mapping) => mapping.name === name);
  const mapping = loaded?.mapping ?? shippedMappings.find((shipped) => shipped.name === name);
  if (mapping === undefined)
    throw new CoinlogError('USAGE', `There is no mapping "${name}": "coinlog mapping list" shows them.`);
  output.result(mapping, () => JSON.stringify(mapping, null, 2));
  return 0;
}
