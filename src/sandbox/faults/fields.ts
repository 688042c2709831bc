import type { Fault } from './fault.ts';
import { type Entry, entriesOf, isObject, withEntries } from './page.ts';

// A multiple of four, so that a 29 February stays one.
const yearsAhead = 8;
const yearMs = 365.25 * 24 * 3_600_000;

type Test = (key: string, value: unknown) => boolean;

const isNumber: Test = (_key, value) => typeof value === 'number';
const isPrice: Test = (key, value) => /price/i.test(key) && typeof value === 'number';
const isText: Test = (_key, value) => typeof value === 'string';
const isName: Test = (key, value) => key === 'name' && typeof value === 'string';

/** The keys that lead to the first value that passes, from the outside in. */
function pathIn(entry: Entry, passes: Test): string[] | null {
  for (const [key, value] of Object.entries(entry)) {
    if (passes(key, value)) return [key];
    const below = isObject(value) ? pathIn(value, passes) : null;
    if (below !== null) return [key, ...below];
  }
  return null;
}

/** The path in the first entry that has one, by the first test that finds one. */
function findPath(entries: readonly Entry[], tests: readonly Test[]): string[] | null {
  const paths = tests.flatMap((passes) =>
    entries
      .values()
      .map((entry) => pathIn(entry, passes))
      .toArray(),
  );
  return paths.find((path) => path !== null) ?? null;
}

/** The entry with another value at the path; `undefined` leaves the field out, and a missing field stays missing. */
function editAt(entry: Entry, [key, ...rest]: readonly string[], edit: (value: unknown) => unknown): Entry {
  if (key === undefined || !Object.hasOwn(entry, key)) return entry;
  const value = entry[key];
  if (rest.length === 0) return { ...entry, [key]: edit(value) };
  return isObject(value) ? { ...entry, [key]: editAt(value, rest, edit) } : entry;
}

function editing(
  about: string,
  tests: readonly Test[],
  edit: (value: unknown, index: number) => unknown,
): Fault {
  return {
    about,
    effect: (exchange) => {
      const entries = entriesOf(exchange.response);
      const path = entries && findPath(entries, tests);
      if (!entries || !path) return null;
      return withEntries(
        exchange,
        entries.map((entry, index) => editAt(entry, path, (value) => edit(value, index))),
      );
    },
  };
}

function aged(entry: Entry): Entry {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => {
      if (isObject(value)) return [key, aged(value)];
      const isUpdate = key === 'last_updated' && typeof value === 'string';
      return [key, isUpdate ? value.replace(/^\d{4}/, (year) => String(Number(year) + yearsAhead)) : value];
    }),
  );
}

const extremes = [1e-18, 1e30];
const price = [isPrice, isNumber];

/** Pages whose entries are not what they were. The price is the first number named so, else the first number. */
export const fields = {
  'unknown-field': {
    about: 'every coin has a field that nobody has heard of',
    effect: (exchange) => {
      const entries = entriesOf(exchange.response);
      if (entries === null || entries.length === 0) return null;
      return withEntries(
        exchange,
        entries.map((entry) => ({ ...entry, unheard_of: 1 })),
      );
    },
  },
  'lost-field': editing('the price is gone from every coin', price, () => undefined),
  'changed-type': editing('the price of every coin is a string', price, (value) =>
    typeof value === 'number' ? String(value) : value,
  ),
  'nul-in-string': editing('a NUL within the name of the first coin', [isName, isText], (value, index) =>
    typeof value === 'string' && index === 0 ? `${value.slice(0, 1)}\u0000${value.slice(1)}` : value,
  ),
  'extreme-numbers': editing(
    'the first coin costs 1e-18, the second 1e30',
    price,
    (value, index) => extremes[index] ?? value,
  ),
  'clock-jump': {
    about: 'the Date header and every last_updated are eight years ahead',
    effect: (exchange) => {
      const { request, response } = exchange;
      const entries = entriesOf(response);
      if (entries === null) return null;
      const date = new Date(request.nowMs + yearsAhead * yearMs).toUTCString();
      const headers = { ...response.headers, Date: date };
      return { kind: 'answer', response: { ...response, headers, body: JSON.stringify(entries.map(aged)) } };
    },
  },
} as const satisfies Record<string, Fault>;
