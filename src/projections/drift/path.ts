/** How the elements of an array and the members of a map stand in a path. */
export const element = '[]';
export const member = '*';

const nameLengthMax = 100;

/** Text that jsonb takes: it holds neither NUL nor half a surrogate pair. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

/**
 * A field's name as a part of a path. What would read as something else is replaced, not escaped, so that every `.`
 * of a path divides: a dot becomes a one dot leader, a name like a sign of ours becomes U+FFFD.
 */
function partOf(name: string): string {
  if (name === '' || name === element || name === member) return '\uFFFD';
  return storable(name.slice(0, nameLengthMax)).replaceAll('.', '\u2024');
}

const join = (parent: string, part: string): string => (parent === '' ? part : `${parent}.${part}`);

/** The path of a field by its name. The record itself has the path `""`. */
export const namedPath = (parent: string, name: string): string => join(parent, partOf(name));

export const elementPath = (parent: string): string => join(parent, element);
export const memberPath = (parent: string): string => join(parent, member);

/** Null for the record itself, which has no parent. */
export function parentOf(path: string): string | null {
  return path === '' ? null : path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** Whether a path is an array's elements or a map's members, of which there may be any number, none included. */
export function isMemberPath(path: string): boolean {
  const name = nameOf(path);
  return name === element || name === member;
}

/** Whether a path is another one or lies beneath it. */
export const isWithin = (path: string, top: string): boolean =>
  path === top || top === '' || path.startsWith(`${top}.`);

/** Order by code unit: the same everywhere, and a parent comes before its children. */
export const byPath = (a: { path: string }, b: { path: string }): number =>
  a.path < b.path ? -1 : Number(a.path > b.path);
