import type { FeedConfig } from '../config/config.ts';
import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { FileOptions } from '../sources/source.ts';
import type { LogKind } from '../log/log-kind.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Fetcher } from './http.ts';
import type { RunTerms } from './resume.ts';

/** What one run came to, as far as the fetch knows. Record counts are folded, not counted here. */
export type IngestOutcome =
  | { kind: 'completed'; runId: string }
  /** The same bytes had been read before, by this run; nothing was appended. */
  | { kind: 'unchanged'; runId: string }
  | { kind: 'failed'; runId: string; message: string }
  | { kind: 'deferred'; runId: string; message: string; nextAttemptAt: Date | null }
  /** No run was begun: the upstream, the breaker or the month's budget have to be waited for. */
  | { kind: 'put_off'; message: string; nextAttemptAt: Date }
  /** No run was begun: an operator has paused the source. */
  | { kind: 'paused'; message: string }
  /** No run was begun: the upstream refused the configuration, which is still the same. */
  | { kind: 'stopped'; message: string }
  /** Nobody's failure: another process is ingesting this feed now, or this one is stopping and the run goes on later. */
  | { kind: 'busy'; message: string; nextAttemptAt?: Date }
  /** A file that cannot even be opened: no run was begun. */
  | { kind: 'refused'; message: string };

export interface IngestProgress {
  /** What people call the feed. */
  name: string;
  done: number;
  total: number;
  unit: 'pages' | 'bytes';
}

export interface IngestOptions {
  reason: string;
  /** A file to read, for a source of files. */
  path?: string;
  /** What is declared of that file, beside what the configuration says of all. */
  fileOptions?: FileOptions;
  /** The scheduled time this run is for: of several workers one does it. */
  tickAt?: Date;
  /** Told the run's id once it has begun or is gone on with. */
  onStart?: (runId: string) => void;
  onProgress?: (progress: IngestProgress) => void;
}

export interface IngestObserver {
  readonly onAttempt: (source: string, result: string) => void;
  readonly onAppend: (stream: string, seconds: number) => void;
}

export interface IngesterDeps {
  sql: Sql;
  archive: Archive;
  fetcher: Fetcher;
  log: Logger;
  now: () => Date;
  random: () => number;
  retryAttempts: number;
  /** Refuse everything but this kind of data; null: whatever the log holds, or the first answer brings. */
  kind: LogKind | null;
  observer: IngestObserver;
  terms: RunTerms;
  /** What is declared of all files. */
  fileOptions: FileOptions;
  /** The clock that budgets are kept by; unset: `now`. */
  budgetClock?: (sql: Sql) => Promise<() => Date>;
  /** Waits; a test's clock may pass faster. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** For one attempt. */
  timeoutMs?: number;
  /** For all attempts at one page. */
  pageTimeoutMs?: number;
}

/** One run of a feed, as the parts of the ingester hand it on. */
export interface IngestTask {
  deps: IngesterDeps;
  config: FeedConfig;
  options: IngestOptions;
  /** Aborted when the run has to end where it is: the lease was lost, or the program stops. */
  signal: AbortSignal;
}
