import { z } from 'zod';
import type { Source } from '../source.ts';
import { files } from './feed.ts';

export { isSandboxFile } from './header.ts';
export { type Mapping, mappingSchema } from './mapping-schema.ts';
export { type FileFacts, type Preview, previewFile } from './preview.ts';
export { shippedMappings } from './shipped-mappings.ts';

/** CSV files that people bring, on the command line or in a watched place. */
export const csv: Source = {
  name: 'csv',
  title: 'CSV files',
  variables: {
    CSV_PATH: {
      schema: z.string().min(1).optional(),
      description: 'CSV file, or folder of them, that is watched and read when it changes.',
      example: './data',
    },
  },
  schedule: '* * * * *',
  staleAfterMs: 24 * 60 * 60_000,
  settings: null,
  feed: files,
  directories: [],
  sandbox: null,
};
