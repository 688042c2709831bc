import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogEvent, Metadata } from '../log/event.ts';
import { sha256 } from '../log/chain.ts';
import { createFolder } from '../projector/fold-event.ts';
import { schemaVersionOf, upcast } from './upcast.ts';

interface Sample {
  stream: string;
  type: string;
  schemaVersion: number;
  runId: string | null;
  metadata: Metadata;
  payload: string;
}

/** One event of each type and schema that was ever written, as the log holds it. */
const folder = join(import.meta.dirname, '../../fixtures/events');
const samples = readdirSync(folder).map((file): [string, Sample] => [
  file,
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Sample,
]);

function eventOf({ payload, ...sample }: Sample): LogEvent {
  const bytes = Buffer.from(payload);
  return {
    ...sample,
    version: 1,
    eventId: '00000000-0000-4000-8000-000000000000',
    receivedAt: new Date('2026-11-23T22:00:00Z'),
    recordedAt: new Date('2026-11-23T22:00:00Z'),
    payloadBytes: bytes.byteLength,
    sha256: sha256(bytes).toString('hex'),
    chainHash: '',
    redacted: false,
    payload: bytes,
  };
}

const nothing = {
  foldDigest: '',
  redactions: new Set<string>(),
  released: new Set<string>(),
  skipped: new Set<string>(),
  mappings: new Map<string, unknown>(),
  expiries: [],
};
const fold = (event: LogEvent) =>
  createFolder({ drifts: new Map(), sweeps: new Map(), spans: null, decisions: nothing })(event);

describe('an event as it was stored', () => {
  it.each(samples)('%s is read by the folds in its newest schema', (_file, sample) => {
    const event = eventOf(sample);
    expect(upcast(event).schemaVersion).toBe(schemaVersionOf(sample.type));
    expect(fold(event)).toMatchObject({ kind: 'folded' });
  });

  it.each(samples)('%s is there in every schema up to the newest', (_file, { type }) => {
    const schemas = samples
      .filter(([, other]) => other.type === type)
      .map(([, other]) => other.schemaVersion);
    const expected = Array.from({ length: schemaVersionOf(type) }, (_, index) => index + 1);
    expect(schemas.sort((a, b) => a - b)).toEqual(expected);
  });

  it('of an older schema comes to the same rows as the same page in the newest one', () => {
    const [old, now] = [1, 2].map((schema) => {
      const [, sample] =
        samples.find(([, { type, schemaVersion }]) => type === 'page.fetched' && schemaVersion === schema) ??
        [];
      if (!sample) throw new Error(`no page of schema ${schema}`);
      return fold(eventOf(sample));
    });
    if (old?.kind !== 'folded' || now?.kind !== 'folded') throw new Error('unreadable');
    expect(old.records?.staged).toEqual(now.records?.staged);
    expect(old.records?.rows).toBe(1);
    expect(old.event.metadata['contract']).toBe('evolve');
  });

  it('of a schema that only a later coinlog knows is a dead letter that says so', () => {
    const [, sample] = samples.find(([, { type }]) => type === 'page.fetched') ?? [];
    if (!sample) throw new Error('no page');
    const folded = fold(eventOf({ ...sample, schemaVersion: 9 }));
    expect(folded).toMatchObject({
      kind: 'dead',
      reason: expect.stringMatching(/schema 9 of page.fetched.*later/),
    });
  });
});
