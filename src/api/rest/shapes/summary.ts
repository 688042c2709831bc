import { z } from 'zod';
import { requestMetadataObject } from './metadata.ts';
import { count, countsBySource, named, time } from './named.ts';

export const dataSummary = named(
  'DataSummary',
  z.object({
    total_records: count('Rows of the history.'),
    unique_coins: count(
      'Distinct ids that sources give their coins; the same id of two sources counts once.',
    ),
    canonical_coins: count("Distinct coins once the sources' ids are linked."),
    records_by_source: countsBySource('Rows of each source that has any.'),
    latest_updates: z
      .record(z.string(), time('When the newest row was recorded.'))
      .describe('Of each source that has any.'),
    metadata: requestMetadataObject.describe('Of this answer.'),
  }),
);
export type DataSummaryBody = z.infer<typeof dataSummary>;
