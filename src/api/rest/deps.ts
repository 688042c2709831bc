import type { Sql } from '../../database/client.ts';
import type { ReadSessions } from '../../read/session.ts';

export interface RestDeps {
  /** Everything with data in it is read through one session each. */
  sessions: ReadSessions;
  /** For asking whether the database is there at all. */
  sql: Sql;
  /** The names that `source` may have. */
  sources: readonly string[];
  now: () => Date;
  version: string;
  startedAt: Date;
}
