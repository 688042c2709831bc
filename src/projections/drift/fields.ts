import type { PayloadFields } from '../../sources/payload-fields.ts';
import type { RecordedParams } from '../../sources/source.ts';
import { isWithin } from './path.ts';

/** What is known beforehand of a field: `undeclared` is one that only the payloads told of. */
export type FieldClass = 'required' | 'optional' | 'requested' | 'undeclared';

/** Of a field that is only there if requested, so are its children. */
export function classOf(path: string, fields: PayloadFields): FieldClass {
  if (fields.required.includes(path)) return 'required';
  if (fields.optional.includes(path)) return 'optional';
  return fields.ifRequested.some((field) => isWithin(path, field.path)) ? 'requested' : 'undeclared';
}

/** Whether the request asked for a path. True for any that needs no asking. */
export function isRequested(path: string, params: RecordedParams, fields: PayloadFields): boolean {
  const field = fields.ifRequested.find((requested) => isWithin(path, requested.path));
  return field === undefined || field.requested(params);
}
