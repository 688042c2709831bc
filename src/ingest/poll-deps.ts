import type { Gate } from '../control/gate.ts';
import type { Token } from '../control/budget.ts';
import type { LogKind } from '../log/log-kind.ts';
import type { PollFeed, PollSettings } from '../sources/source.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AttemptClass } from './attempt-class.ts';
import type { Fetcher } from './http.ts';
import type { PreviousPages } from './previous-pages.ts';
import type { RunStream } from './run-stream.ts';

/** The requests that this source and key may still make, whoever makes them. */
export interface RunBudget {
  take(): Promise<Token>;
  release(tokenId: string): Promise<void>;
}

/** What one polling run needs, all of it made for this run. */
export interface PollRunDeps {
  feed: PollFeed;
  settings: PollSettings;
  stream: RunStream;
  runId: string;
  fetcher: Fetcher;
  budget: RunBudget;
  gate: Gate;
  previous: PreviousPages;
  /** How the folds are to treat what differs from the records known so far; goes with each page. */
  contract: string;
  log: Logger;
  now: () => Date;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  retryAttempts: number;
  /** For one attempt, from the request to the last byte. */
  timeoutMs: number;
  /** For all attempts at one page together, with the pauses between them. */
  pageTimeoutMs: number;
  signal: AbortSignal;
  /** Why the source was paused meanwhile, or null. */
  pausedFor: () => Promise<string | null>;
  /** Says what kind of data an answer is before its page is stored; throws when this log holds the other. */
  admit: (kind: LogKind) => Promise<void>;
  onAttempt: (result: 'ok' | 'unchanged' | AttemptClass) => void;
  onPage: (page: number) => void;
}

export type PollEnd =
  | { kind: 'completed' }
  | { kind: 'failed'; code: string; message: string }
  /** Null: when somebody says so. */
  | { kind: 'deferred'; nextAttemptAt: Date | null; message: string };
