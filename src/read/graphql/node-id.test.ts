import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId, parseNodeId, runIdOf, type NodeId } from './node-id.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/);
const anyNode = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), runId: fc.stringMatching(/^[A-Za-z0-9_.-]{1,80}$/) }),
  fc.record({ kind: fc.constant('event' as const), stream: word, version: fc.integer({ min: 1 }) }),
  fc.record({ kind: fc.constant('snapshot' as const), snapshotId: fc.uuid() }),
  fc.record({ kind: fc.constant('source' as const), name: word }),
  fc.record({ kind: fc.constant('drift' as const), driftId: fc.uuid() }),
  fc.record({
    kind: fc.constant('rejected' as const),
    stream: word,
    version: fc.integer({ min: 1 }),
    recordIndex: fc.integer({ min: 0, max: 999_999_999 }),
  }),
) satisfies fc.Arbitrary<NodeId>;

describe('a global id', () => {
  it('leads back to what it was made of', () => {
    fc.assert(
      fc.property(anyNode, (node) => {
        expect(parseNodeId(nodeId(node))).toEqual(node);
      }),
    );
  });

  it("without a colon is a coin's", () => {
    expect(parseNodeId('coingecko.bitcoin')).toEqual({ kind: 'coin', coinId: 'coingecko.bitcoin' });
  });

  it.each([
    '',
    ':',
    'run:',
    'event:x',
    'event:x:0',
    'event:x:1e3',
    'event:x:99999999999999999',
    'snapshot:1',
    'drift:1',
    'rejected:x:1',
    'rejected:x:0:0',
    'rejected:x:1:01',
    'coingecko:bitcoin',
  ])('is null where this API never gives one: %s', (id) => expect(parseNodeId(id)).toBeNull());

  it('is read without throwing, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (id) => void parseNodeId(id)));
  });
});

describe('the id of a run', () => {
  it('is taken as the API gives it and as the command line prints it', () => {
    expect([runIdOf('run:r1'), runIdOf('r1')]).toEqual(['r1', 'r1']);
  });
});
