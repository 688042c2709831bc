import { z } from 'zod';
import { named, text } from './named.ts';

export const root = named(
  'Root',
  z.object({
    name: text('Of the program.'),
    version: text('Of the program.'),
    status: z.literal('running').describe('It answers.'),
    docs: text('Where people read about the API.'),
    health: text('Where programs ask how it is.'),
  }),
);
export type RootBody = z.infer<typeof root>;
