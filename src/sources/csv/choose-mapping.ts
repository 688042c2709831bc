import { foldLabel } from './header.ts';
import { type Mapping, mappingSchema } from './mapping-schema.ts';
import { plainMapping, shippedMappings } from './shipped-mappings.ts';

export type MappingChoice = { kind: 'chosen'; mapping: Mapping } | { kind: 'refused'; reason: string };

type Added = ReadonlyMap<string, unknown> | undefined;

/** The mapping of that name: an operator's, else the one that coinlog brings. */
export function findMapping(name: string, added: Added): MappingChoice {
  const own = added?.get(name);
  if (own !== undefined) {
    const parsed = mappingSchema.safeParse(own);
    if (parsed.success) return { kind: 'chosen', mapping: parsed.data };
    const [issue] = parsed.error.issues;
    return {
      kind: 'refused',
      reason: `mapping "${name}" is wrong at ${issue?.path.join('.')}: ${issue?.message}`,
    };
  }
  const shipped = shippedMappings.find((mapping) => mapping.name === name);
  if (shipped !== undefined) return { kind: 'chosen', mapping: shipped };
  const known = new Set([...(added?.keys() ?? []), ...shippedMappings.map((mapping) => mapping.name)]);
  return { kind: 'refused', reason: `no mapping is named "${name}"; there are ${[...known].join(', ')}` };
}

/** The mapping for a header: the one that was named, else the first whose labels it has. */
export function chooseMapping(
  header: readonly string[],
  wanted: string | undefined,
  added: Added,
): MappingChoice {
  if (wanted !== undefined) return findMapping(wanted, added);
  const labels = new Set(header.map(foldLabel));
  const fits = ({ when }: Mapping): boolean =>
    when !== undefined && when.every((label) => labels.has(foldLabel(label)));
  // An operator's own comes first: it was loaded for files like this one.
  const own = [...(added?.values() ?? [])].flatMap((mapping) => mappingSchema.safeParse(mapping).data ?? []);
  const { name } = [...own, ...shippedMappings].find(fits) ?? plainMapping;
  return findMapping(name, added);
}
