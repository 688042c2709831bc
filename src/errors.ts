/**
 * The one catalogue of errors. `status` is for HTTP, `exitCode` for the command line: 1 the work failed or a check
 * found something, 2 wrong usage or configuration, 3 put off.
 */
export const errorCatalogue = {
  CONFIG_INVALID: { status: 500, exitCode: 2 },
  USAGE: { status: 400, exitCode: 2 },
  DEMO_REFUSED: { status: 500, exitCode: 2 },
  DATABASE_UNREACHABLE: { status: 503, exitCode: 1 },
  DATABASE_ROLE_MISSING: { status: 503, exitCode: 2 },
  EMBEDDED_FAILED: { status: 503, exitCode: 1 },
  SCHEMA_OUTDATED: { status: 503, exitCode: 1 },
  SCHEMA_NEWER: { status: 503, exitCode: 1 },
  PORT_IN_USE: { status: 500, exitCode: 1 },
  EVENT_TOO_LARGE: { status: 413, exitCode: 1 },
  ARCHIVE_FILE_MISSING: { status: 503, exitCode: 1 },
  ARCHIVE_UNREACHABLE: { status: 503, exitCode: 1 },
  LOG_DAMAGED: { status: 500, exitCode: 1 },
  IMPORT_REFUSED: { status: 409, exitCode: 1 },
  EVENT_NOT_FOUND: { status: 404, exitCode: 1 },
  LOG_KIND_MISMATCH: { status: 409, exitCode: 1 },
  READ_MODEL_MISSING: { status: 503, exitCode: 1 },
  FILE_REFUSED: { status: 400, exitCode: 1 },
  FOLD_FAILED: { status: 500, exitCode: 1 },
  EVENT_UNREADABLE: { status: 500, exitCode: 1 },
  RUN_NOT_FOUND: { status: 404, exitCode: 1 },
  COIN_NOT_FOUND: { status: 404, exitCode: 1 },
  DRIFT_NOT_FOUND: { status: 404, exitCode: 1 },
  RECORD_NOT_FOUND: { status: 404, exitCode: 1 },
  QUESTION_TOO_SLOW: { status: 503, exitCode: 1 },
  RATE_LIMITED: { status: 429, exitCode: 1 },
  HISTORY_EXPIRED: { status: 410, exitCode: 1 },
  ANOMALY_NOT_FOUND: { status: 404, exitCode: 1 },
  DECISION_PENDING: { status: 503, exitCode: 3 },
  BUSY: { status: 409, exitCode: 3 },
} as const satisfies Record<string, { status: number; exitCode: 1 | 2 | 3 }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error a person is meant to read: what happened, where, and what to do next, in one line. */
export class CoinlogError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CoinlogError';
    this.code = code;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get exitCode(): 1 | 2 | 3 {
    return errorCatalogue[this.code].exitCode;
  }
}

/** The text of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
