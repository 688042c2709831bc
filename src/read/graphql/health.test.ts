import { describe, expect, it } from 'vitest';
import type { OpenAnomalies } from '../anomalies.ts';
import { judgeHealth, type HealthFacts, type SourceFacts } from './health.ts';

const now = new Date('2026-11-20T10:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const lag = { events: 0, since: null, deadLetters: 0, version: 1 };
const source: SourceFacts = { name: 'coingecko', staleAfterMs: 60_000, lastSuccessAt: ago(30) };

const statusOf = (facts: HealthFacts, name: string) =>
  judgeHealth(facts, now).checks.find((check) => check.name === name)?.status;
const read = (
  change: Partial<typeof lag> | { events: number; since: Date },
  sources: SourceFacts[] = [],
  anomalies: OpenAnomalies[] = [],
): HealthFacts => ({
  kind: 'read',
  lag: { ...lag, ...change },
  sources,
  anomalies,
});

describe('health', () => {
  it('is good when everything is folded and every source is fresh', () => {
    expect(judgeHealth(read({}, [source]), now)).toEqual({
      status: 'HEALTHY',
      checks: [
        { name: 'database', status: 'HEALTHY', detail: null },
        { name: 'projector', status: 'HEALTHY', detail: null },
        { name: 'deadLetters', status: 'HEALTHY', detail: null },
        { name: 'anomalies', status: 'HEALTHY', detail: null },
        { name: 'source:coingecko', status: 'HEALTHY', detail: 'last success at 2026-11-20T09:59:30.000Z' },
      ],
    });
  });

  it('is degraded by an event that waits for more than 30 seconds, and not by a younger one', () => {
    expect(statusOf(read({ events: 5, since: ago(29) }), 'projector')).toBe('HEALTHY');
    expect(statusOf(read({ events: 5, since: ago(31) }), 'projector')).toBe('DEGRADED');
  });

  it('is degraded by an anomaly that somebody should look at, and by no hint or acknowledged one', () => {
    const anomalies = (pressing: number) => [{ kind: 'spread', open: 3, pressing }];
    expect(statusOf(read({}, [], anomalies(0)), 'anomalies')).toBe('HEALTHY');
    expect(statusOf(read({}, [], anomalies(1)), 'anomalies')).toBe('DEGRADED');
  });

  it('is degraded by a source that never succeeded, or not within its time', () => {
    expect(statusOf(read({}, [{ ...source, lastSuccessAt: null }]), 'source:coingecko')).toBe('DEGRADED');
    expect(statusOf(read({}, [{ ...source, lastSuccessAt: ago(61) }]), 'source:coingecko')).toBe('DEGRADED');
  });

  it('is degraded by a dead letter', () => {
    expect(judgeHealth(read({ deadLetters: 1 }), now).status).toBe('DEGRADED');
  });

  it('says what is away when there is no database, or no read model', () => {
    expect(judgeHealth({ kind: 'database_away', reason: 'gone' }, now)).toEqual({
      status: 'UNHEALTHY',
      checks: [{ name: 'database', status: 'UNHEALTHY', detail: 'gone' }],
    });
    expect(statusOf({ kind: 'no_read_model', reason: 'none' }, 'database')).toBe('HEALTHY');
    expect(statusOf({ kind: 'no_read_model', reason: 'none' }, 'projector')).toBe('UNHEALTHY');
  });
});
