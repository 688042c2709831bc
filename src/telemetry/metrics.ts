import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Names are part of the contract; no label takes a value that a client chooses. */
export interface Metrics {
  registry: Registry;
  ingestAttempts: Counter<'source' | 'class'>;
  ingestRuns: Counter<'source' | 'status'>;
  ingestRecords: Counter<'source' | 'outcome'>;
  budgetRemaining: Gauge<'source' | 'window'>;
  breakerState: Gauge<'source'>;
  sourcePaused: Gauge<'source'>;
  driftOpen: Gauge<'source'>;
  rejectedOpen: Gauge<'source'>;
  anomaliesOpen: Gauge<'kind'>;
  identityDecisions: Counter;
  logAppends: Counter<'stream'>;
  logAppendSeconds: Histogram;
  httpRequestSeconds: Histogram<'route' | 'method' | 'status'>;
  graphqlCache: Counter<'result'>;
  lastSuccess: Gauge<'source'>;
  lagEvents: Gauge;
  lagSeconds: Gauge;
  deadLetters: Gauge;
}

export function createMetrics(build: { version: string; revision: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'coinlog_build_info',
    help: 'Always 1.',
    labelNames: ['version', 'revision'],
    registers,
  }).set(build, 1);
  return {
    registry,
    ingestAttempts: new Counter({
      name: 'coinlog_ingest_attempts_total',
      help: 'Requests to upstreams by what came of them.',
      labelNames: ['source', 'class'],
      registers,
    }),
    ingestRuns: new Counter({
      name: 'coinlog_ingest_runs_total',
      help: 'Runs by how they ended, as folded: a run that rejects too much has failed.',
      labelNames: ['source', 'status'],
      registers,
    }),
    ingestRecords: new Counter({
      name: 'coinlog_ingest_records_total',
      help: 'Records by what became of them, as folded.',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    budgetRemaining: new Gauge({
      name: 'coinlog_budget_remaining',
      help: 'Requests left in a window, of the limits that are known.',
      labelNames: ['source', 'window'],
      registers,
    }),
    breakerState: new Gauge({
      name: 'coinlog_breaker_state',
      help: '0 closed, 1 half open, 2 open, 3 stopped until the configuration changes.',
      labelNames: ['source'],
      registers,
    }),
    sourcePaused: new Gauge({
      name: 'coinlog_source_paused',
      help: '1 while an operator has the source paused.',
      labelNames: ['source'],
      registers,
    }),
    driftOpen: new Gauge({
      name: 'coinlog_drift_open',
      help: 'Changes of what a source sends that nobody has acknowledged.',
      labelNames: ['source'],
      registers,
    }),
    rejectedOpen: new Gauge({
      name: 'coinlog_rejected_open',
      help: 'Records that could not be read, neither discarded nor replayed.',
      labelNames: ['source'],
      registers,
    }),
    anomaliesOpen: new Gauge({
      name: 'coinlog_anomalies_open',
      help: 'What still looks wrong, by what it is.',
      labelNames: ['kind'],
      registers,
    }),
    identityDecisions: new Counter({
      name: 'coinlog_identity_decisions_total',
      help: 'Decisions of the resolver on which source coins are one coin.',
      registers,
    }),
    logAppends: new Counter({
      name: 'coinlog_log_appends_total',
      help: 'Appends by stream; each may hold several events.',
      labelNames: ['stream'],
      registers,
    }),
    logAppendSeconds: new Histogram({
      name: 'coinlog_log_append_duration_seconds',
      help: 'An append from compressing to its commit.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    }),
    httpRequestSeconds: new Histogram({
      name: 'coinlog_http_request_duration_seconds',
      help: 'Answers by route.',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    graphqlCache: new Counter({
      name: 'coinlog_graphql_cache_total',
      help: 'GraphQL requests by where the answer came from: hit, miss, shared, not_modified, or bypass for what is never kept.',
      labelNames: ['result'],
      registers,
    }),
    lastSuccess: new Gauge({
      name: 'coinlog_source_last_success_timestamp_seconds',
      help: 'End of the newest completed run.',
      labelNames: ['source'],
      registers,
    }),
    lagEvents: new Gauge({ name: 'coinlog_projector_lag_events', help: 'Events not folded yet.', registers }),
    lagSeconds: new Gauge({
      name: 'coinlog_projector_lag_seconds',
      help: 'Age of the oldest event not folded yet.',
      registers,
    }),
    deadLetters: new Gauge({ name: 'coinlog_dead_letters', help: 'Events no fold could read.', registers }),
  };
}
