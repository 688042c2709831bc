/** A body with one field of one record broken. */
export interface BrokenBody {
  what: string;
  /** Which record of the body is broken. */
  index: number;
  bytes: Uint8Array;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** JSON.stringify has no numeral beyond a double: this text is replaced by one. */
const hugeMark = '@1e400';
const breakages: unknown[] = [
  undefined,
  null,
  '',
  'x',
  '\0',
  '\ud800',
  -1,
  1.5,
  true,
  hugeMark,
  [],
  {},
  [{}],
];

/** The paths of every field of a record, those within its objects too. */
function pathsOf(record: Json, before: string[] = []): string[][] {
  return Object.entries(record).flatMap(([key, value]) => {
    const path = [...before, key];
    return isObject(value) ? [path, ...pathsOf(value, path)] : [path];
  });
}

/** A copy of the record with another value at that path; undefined leaves the field out. */
function withValue(record: Json, [key = '', ...rest]: string[], value: unknown): Json {
  const inner = record[key];
  return { ...record, [key]: rest.length > 0 && isObject(inner) ? withValue(inner, rest, value) : value };
}

/** The list of records in a body: the body itself, or the first list of objects within it. */
function locateRecords(body: unknown): { records: Json[]; rebuild(records: unknown[]): unknown } | null {
  if (Array.isArray(body)) {
    return body.length > 0 && body.every(isObject) ? { records: body, rebuild: (records) => records } : null;
  }
  if (!isObject(body)) return null;
  for (const [key, value] of Object.entries(body)) {
    const found = locateRecords(value);
    if (found !== null) {
      return { records: found.records, rebuild: (records) => ({ ...body, [key]: found.rebuild(records) }) };
    }
  }
  return null;
}

/**
 * Breaks every field of every record of a JSON body in every way an upstream might, one at a time, and puts things
 * that are no records in their places. Throws where the body holds no list of objects.
 */
export function* breakEachField(body: Uint8Array): Generator<BrokenBody> {
  // The other records must come out unchanged, so their numerals are put back as they were written.
  const numerals: string[] = [];
  const text = new TextDecoder().decode(body);
  const parsed: unknown = (JSON.parse as (text: string, reviver: Reviver) => unknown)(
    text,
    (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? `@numeral${numerals.push(source) - 1}@` : value,
  );
  const located = locateRecords(parsed);
  if (located === null) throw new TypeError('the sample page holds no list of objects');

  const written = (records: unknown[]): Uint8Array => {
    const json = JSON.stringify(located.rebuild(records)).replaceAll(`"${hugeMark}"`, '1e400');
    return new TextEncoder().encode(
      json.replace(/"@numeral(\d+)@"/g, (_text, at: string) => numerals[Number(at)] ?? ''),
    );
  };
  const { records } = located;
  for (const [index, record] of records.entries()) {
    for (const value of [null, 7, 'x', [], {}]) {
      yield {
        what: `record ${index} is ${JSON.stringify(value)}`,
        index,
        bytes: written(records.with(index, value as Json)),
      };
    }
    for (const path of pathsOf(record)) {
      for (const value of breakages) {
        const what = `record ${index}: ${path.join('.')} is ${JSON.stringify(value) ?? 'absent'}`;
        yield { what, index, bytes: written(records.with(index, withValue(record, path, value))) };
      }
    }
  }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
