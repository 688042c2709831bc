import type { PayloadFields } from '../../sources/payload-fields.ts';
import type { RecordIssue } from '../../sources/record.ts';
import { quoted } from '../../sources/text.ts';
import { isNewPath, isNewType, type Known } from './baseline.ts';
import { typesText } from './finding.ts';
import { typeOf } from './json-type.ts';
import { elementPath, memberPath, namedPath } from './path.ts';
import { sampleOf } from './sample.ts';
import { depthMax } from './shape.ts';

/** A place where a record has a path or a type that the contract does not know. */
export interface Difference {
  /** The same for the same difference in another record. */
  key: string;
  issue: RecordIssue;
}

/** A record without what the contract does not know, and what that was. */
export interface Conformed {
  value: unknown;
  differences: Difference[];
}

interface Contract {
  known: Known;
  fields: PayloadFields;
  differences: Difference[];
}

/** Where a value is: its path among the known ones, and the one that a person finds it by in the record. */
interface Place {
  path: string;
  shown: string;
  depth: number;
}

const received = (value: unknown): string => quoted(JSON.stringify(sampleOf(value)) ?? 'null');

function differ(contract: Contract, place: Place, value: unknown, type: string | null): void {
  const expected = type === null ? null : typesText(contract.known.get(place.path)?.types ?? []);
  contract.differences.push({
    key: `${type} ${place.path}`,
    issue: {
      path: quoted(place.shown, 200),
      code: 'schema_drift',
      message: type === null ? 'Field is not in the contract' : `Type ${type} is not in the contract`,
      expected,
      received: received(value),
    },
  });
}

const within = (place: Place, path: string, name: string | number): Place => ({
  path,
  shown: place.shown === '' ? String(name) : `${place.shown}.${name}`,
  depth: place.depth + 1,
});

function conformObject(contract: Contract, place: Place, value: object): unknown {
  const isMap = contract.fields.maps.includes(place.path);
  const kept: [string, unknown][] = [];
  let isSame = true;
  for (const [name, inner] of Object.entries(value)) {
    const path = isMap ? memberPath(place.path) : namedPath(place.path, name);
    const inside = within(place, path, name);
    if (isNewPath(path, contract.known, contract.fields)) {
      differ(contract, inside, inner, null);
      isSame = false;
      continue;
    }
    const conformed = conformValue(contract, inside, inner);
    isSame &&= conformed === inner;
    kept.push([name, conformed]);
  }
  return isSame ? value : Object.fromEntries(kept);
}

function conformValue(contract: Contract, place: Place, value: unknown): unknown {
  const type = typeOf(value, contract.fields.emptyIsNull);
  if (type === null) return value;
  if (isNewType(place.path, type, contract.known)) {
    differ(contract, place, value, type);
    return null;
  }
  if (place.depth === depthMax) return value;
  if (Array.isArray(value)) {
    const path = elementPath(place.path);
    const items = value.map((item, index) => conformValue(contract, within(place, path, index), item));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  return type === 'object' ? conformObject(contract, place, value as object) : value;
}

/** Takes out of a record what the contract does not know: an unknown field goes, a value of an unknown type is null. */
export function createConform(known: Known, fields: PayloadFields): (record: unknown) => Conformed {
  return (record) => {
    const contract: Contract = { known, fields, differences: [] };
    const value = conformValue(contract, { path: '', shown: '', depth: 0 }, record);
    return { value, differences: contract.differences };
  };
}
