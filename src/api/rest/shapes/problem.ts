import { z } from 'zod';
import { named, text } from './named.ts';

export const faultTypes = [
  'int_parsing',
  'greater_than_equal',
  'less_than_equal',
  'datetime_parsing',
  'bool_parsing',
  'enum',
  'missing',
  'value_error',
] as const;

const fault = named(
  'ParameterFault',
  z.object({
    type: z.enum(faultTypes).describe('What kind of fault.'),
    loc: z.tuple([z.literal('query'), z.string()]).describe('Which parameter.'),
    msg: text('In words.'),
    input: z.string().nullable().describe('What was given; null where that is no single text.'),
  }),
);
/** What is wrong with one parameter, as clients of the old service read it. */
export type ParameterFault = z.infer<typeof fault>;

export const problem = named(
  'Problem',
  z
    .object({
      detail: z.union([z.string(), z.array(fault)]).describe('A sentence; of parameters (422) a list.'),
      code: text('From the catalogue of errors: for programs.'),
      request_id: text('The same as the header `X-Request-ID`: the log has it.'),
      error: text("The same sentence, where clients of CoinGecko's routes look.").optional(),
    })
    .describe('What went wrong.'),
);
