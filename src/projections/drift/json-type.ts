import { Numeral } from '../../sources/json.ts';

/** The types that a field's values are told apart by; whole and broken numbers are one. */
export const jsonTypes = ['array', 'boolean', 'number', 'object', 'string'] as const;
export type JsonType = (typeof jsonTypes)[number];

/** Null for a value that says nothing. A number that no double holds is a number like any other. */
export function typeOf(value: unknown, emptyIsNull: boolean): JsonType | null {
  switch (typeof value) {
    case 'string':
      return value === '' && emptyIsNull ? null : 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return 'array';
      return value instanceof Numeral ? 'number' : 'object';
    default:
      return null;
  }
}
