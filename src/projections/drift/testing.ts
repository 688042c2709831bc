import type { PayloadFields } from '../../sources/payload-fields.ts';
import type { RecordedParams } from '../../sources/source.ts';
import { foldDrift, type DriftFeed, type DriftInput, type FeedDrift } from './fold.ts';
import type { DriftMode } from './modes.ts';
import type { DriftReport } from './report.ts';
import { shapeOf } from './shape-of.ts';

/** A source for tests: one field of each class, and a map. */
export const testFields: PayloadFields = {
  required: ['id', 'price'],
  optional: ['rank', 'quotes.*.value'],
  ifRequested: [{ path: 'extra', requested: (params) => params['extra'] === true }],
  maps: ['quotes'],
  emptyIsNull: true,
};

/** One run of a test: its pages of records. */
export interface TestRun {
  pages: unknown[][];
  params?: RecordedParams;
  mode?: DriftMode;
  ending?: 'completed' | 'ended';
}

/** Folds a feed's runs as a projector would, with the state going through jsonb after each event. */
export function createTestFeed(fields: PayloadFields = testFields, stream = 'test.feed') {
  const feed: DriftFeed = { stream, fields };
  let state: FeedDrift | null = null;
  let version = 0;
  const fold = (input: DriftInput): DriftReport[] => {
    const step = foldDrift(state, input, feed);
    state = JSON.parse(JSON.stringify(step.state)) as FeedDrift;
    return step.reports;
  };
  return {
    state: () => state,
    acknowledge: (driftId: string) => fold({ kind: 'acknowledged', driftId }),
    run({ pages, params = {}, mode = 'evolve', ending = 'completed' }: TestRun): DriftReport[] {
      const runId = `run ${++version}`;
      fold({ kind: 'started', runId });
      for (const [index, values] of pages.entries()) {
        const shape = shapeOf(values, fields);
        const asked = { ...params, page: index + 1 };
        fold({ kind: 'page', runId, version: ++version, params: asked, mode, shape });
      }
      return fold({ kind: ending, runId, version: ++version });
    },
  };
}

/** What a person reads of a report. */
export const briefly = ({ kind, path, before, after }: DriftReport): (string | null)[] => [
  kind,
  path,
  before,
  after,
];
