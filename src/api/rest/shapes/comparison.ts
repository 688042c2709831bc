import { z } from 'zod';
import { named, number, numberOrNull, text, textOrNull, time } from './named.ts';
import { runRow } from './runs.ts';

const priceMove = named(
  'PriceMove',
  z.object({
    coin_id: text("The source's own id."),
    canonical_coin_id: textOrNull('The coin that it belongs to.'),
    from_usd: number('In the base run.'),
    to_usd: number('In the other one.'),
    percent: number('From the one to the other.'),
  }),
);

const anomaly = named(
  'ComparedAnomaly',
  z.object({
    anomaly_id: text('As GraphQL has it, without the word in front.'),
    kind: text('What looked wrong, as `spread`.'),
    severity: text('How much it matters.'),
    coin_id: textOrNull('The coin that it is about.'),
    message: text('What was found, for people.'),
    raised_at: time('When it was recorded.'),
  }),
);

export const runComparison = named(
  'RunComparison',
  z.object({
    base: runRow,
    other: runRow,
    duration_ratio: numberOrNull('How long the other took, of the base; null while either goes on.'),
    records_delta: z.int().describe('Records read: more (or, below zero, fewer) than in the base.'),
    rejected_delta: z.int().describe('Records rejected, likewise.'),
    coins_complete: z
      .boolean()
      .describe('False: of a very large run, or one whose payloads are gone, not all coins were compared.'),
    coins_added: z.array(z.string()).describe("The source's ids that only the other run was told of."),
    coins_lost: z.array(z.string()).describe("The source's ids that only the base was told of."),
    largest_price_moves: z.array(priceMove).describe('At most 20, the largest first.'),
    anomalies: z
      .array(anomaly)
      .describe(
        'What looked wrong with the source or one of its coins from the start of the earlier run until the one after the later began, the newest first, at most 100.',
      ),
  }),
);
export type RunComparisonBody = z.infer<typeof runComparison>;
