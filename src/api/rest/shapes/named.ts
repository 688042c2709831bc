import { z } from 'zod';

/** Every answer that has a name in the OpenAPI document: one schema is its validation, its type and its description. */
export const namedShapes = z.registry<{ id: string }>();

/** Gives an answer its name. Names are unique: a second one of the same would overwrite the first in silence. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  namedShapes.add(schema, { id });
  return schema;
}

const documented = <Schema extends z.ZodType>(schema: Schema, description: string): Schema =>
  schema.describe(description);

/** A time in UTC, with `Z`. */
export const time = (description: string) => z.string().meta({ format: 'date-time', description });
export const timeOrNull = (description: string) => documented(time(description).nullable(), description);
export const text = (description: string) => documented(z.string(), description);
export const textOrNull = (description: string) => documented(z.string().nullable(), description);
export const number = (description: string) => documented(z.number(), description);
export const numberOrNull = (description: string) => documented(z.number().nullable(), description);
export const count = (description: string) => documented(z.int().min(0), description);
export const countOrNull = (description: string) => documented(z.int().min(0).nullable(), description);
export const uuid = (description: string) => z.string().meta({ format: 'uuid', description });

/** A number for each source that has one. */
export const countsBySource = (description: string) =>
  documented(z.record(z.string(), z.int().min(0)), description);
