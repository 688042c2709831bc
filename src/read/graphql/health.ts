import type { OpenAnomalies } from '../anomalies.ts';
import type { Lag } from '../lag.ts';
import { lagSecondsOf } from './read-model.ts';

export type HealthStatus = 'HEALTHY' | 'DEGRADED' | 'UNHEALTHY';

export interface HealthCheck {
  name: string;
  status: HealthStatus;
  detail: string | null;
}

export interface HealthReport {
  /** The worst of the checks. */
  status: HealthStatus;
  checks: HealthCheck[];
}

/** What is known of an enabled source. */
export interface SourceFacts {
  name: string;
  staleAfterMs: number;
  lastSuccessAt: Date | null;
}

/** What could be read. */
export type HealthFacts =
  | { kind: 'read'; lag: Lag; sources: readonly SourceFacts[]; anomalies: readonly OpenAnomalies[] }
  | { kind: 'database_away'; reason: string }
  | { kind: 'no_read_model'; reason: string };

// A running projector folds an event within a second; this is one that has stopped, or that does not keep up.
const lagMaxSeconds = 30;

const check = (name: string, status: HealthStatus, detail: string | null = null): HealthCheck => ({
  name,
  status,
  detail,
});

function projectorCheck(lag: Lag, now: Date): HealthCheck {
  if (lag.events === 0) return check('projector', 'HEALTHY');
  const seconds = Math.round(lagSecondsOf(lag.since, now));
  const detail = `${lag.events} events behind, the oldest for ${seconds} s`;
  return check('projector', seconds > lagMaxSeconds ? 'DEGRADED' : 'HEALTHY', detail);
}

function sourceCheck({ name, staleAfterMs, lastSuccessAt }: SourceFacts, now: Date): HealthCheck {
  if (lastSuccessAt === null) return check(`source:${name}`, 'DEGRADED', 'no run has succeeded yet');
  const detail = `last success at ${lastSuccessAt.toISOString()}`;
  const stale = now.getTime() - lastSuccessAt.getTime() > staleAfterMs;
  return check(`source:${name}`, stale ? 'DEGRADED' : 'HEALTHY', detail);
}

function anomaliesCheck(anomalies: readonly OpenAnomalies[]): HealthCheck {
  const pressing = anomalies.filter((each) => each.pressing > 0);
  if (pressing.length === 0) return check('anomalies', 'HEALTHY');
  const detail = pressing.map(({ kind, pressing: count }) => `${count} of ${kind}`).join(', ');
  return check('anomalies', 'DEGRADED', detail);
}

function checksOf(facts: HealthFacts, now: Date): HealthCheck[] {
  if (facts.kind === 'database_away') return [check('database', 'UNHEALTHY', facts.reason)];
  if (facts.kind === 'no_read_model')
    return [check('database', 'HEALTHY'), check('projector', 'UNHEALTHY', facts.reason)];
  const { lag, sources, anomalies } = facts;
  return [
    check('database', 'HEALTHY'),
    projectorCheck(lag, now),
    check(
      'deadLetters',
      lag.deadLetters === 0 ? 'HEALTHY' : 'DEGRADED',
      lag.deadLetters === 0 ? null : `${lag.deadLetters} events that no fold can read`,
    ),
    anomaliesCheck(anomalies),
    ...sources.map((source) => sourceCheck(source, now)),
  ];
}

const severity: Record<HealthStatus, number> = { HEALTHY: 0, DEGRADED: 1, UNHEALTHY: 2 };

/** Pure: what the facts come to at a moment. */
export function judgeHealth(facts: HealthFacts, now: Date): HealthReport {
  const checks = checksOf(facts, now);
  const worst = checks.reduce<HealthStatus>(
    (status, each) => (severity[each.status] > severity[status] ? each.status : status),
    'HEALTHY',
  );
  return { status: worst, checks };
}
