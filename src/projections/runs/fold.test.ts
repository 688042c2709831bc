import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventHeader } from '../../log/event.ts';
import { foldRun, noRecords, type RecordCounts, type RunState } from './fold.ts';

const event = (type: string, version: number, metadata: EventHeader['metadata'] = {}): EventHeader => ({
  stream: 'coingecko.markets',
  version,
  eventId: '00000000-0000-8000-8000-000000000000',
  type,
  schemaVersion: 1,
  runId: 'run',
  receivedAt: new Date(1_000 * version),
  recordedAt: new Date(1_000 * version),
  metadata,
  payloadBytes: type === 'page.fetched' ? 100 : 0,
  sha256: '',
  chainHash: '',
  redacted: false,
});

const counts = fc
  .record({
    accepted: fc.nat(50),
    revised: fc.nat(50),
    rejected: fc.nat(50),
    duplicates: fc.nat(50),
    skipped: fc.nat(50),
  })
  .map((c): RecordCounts => ({ ...c, read: c.accepted + c.revised + c.rejected + c.duplicates + c.skipped }));
const step = fc.record({ type: fc.constantFrom('page.fetched', 'page.failed', 'file.chunk'), counts });

const fold = (steps: { type: string; counts: RecordCounts }[], ending = 'run.completed'): RunState | null => {
  let state = foldRun(null, event('run.started', 1), noRecords);
  for (const [index, { type, counts: own }] of steps.entries())
    state = foldRun(state, event(type, index + 2), type === 'page.failed' ? noRecords : own);
  return foldRun(state, event(ending, steps.length + 2), noRecords);
};

describe('the fold of a run', () => {
  it('keeps read = accepted + revised + rejected + duplicates + skipped, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const state = fold(steps);
        if (!state) throw new Error('no state');
        const { recordsRead, accepted, revised, rejected, duplicates, skipped } = state;
        expect(recordsRead).toBe(accepted + revised + rejected + duplicates + skipped);
        expect(state.pages).toBe(steps.filter(({ type }) => type !== 'page.failed').length);
      }),
    );
  });

  it('does not change what it is given', () => {
    const before = Object.freeze(foldRun(null, event('run.started', 1), noRecords) as RunState);
    foldRun(before, event('page.fetched', 2), { ...noRecords, read: 1, accepted: 1 });
    expect(before).toMatchObject({ pages: 0, recordsRead: 0, status: 'RUNNING' });
  });

  it('calls a completed run unchanged when every record it read was known', () => {
    const known = { ...noRecords, read: 3, duplicates: 3 };
    expect(fold([{ type: 'page.fetched', counts: known }])).toMatchObject({
      status: 'COMPLETED',
      unchanged: true,
    });
    expect(fold([{ type: 'page.fetched', counts: { ...known, read: 4, accepted: 1 } }])?.unchanged).toBe(
      false,
    );
    expect(fold([{ type: 'page.fetched', counts: known }], 'run.failed')).toMatchObject({
      status: 'FAILED',
      unchanged: false,
    });
    expect(fold([])?.unchanged).toBe(false);
  });

  it('leaves a run running until its end is there, and knows each end', () => {
    expect(foldRun(null, event('run.started', 1), noRecords)?.status).toBe('RUNNING');
    const ends = {
      'run.completed': 'COMPLETED',
      'run.failed': 'FAILED',
      'run.deferred': 'DEFERRED',
      'run.abandoned': 'ABANDONED',
    };
    for (const [type, status] of Object.entries(ends)) expect(fold([], type)?.status).toBe(status);
  });
});
