import type { Sql } from '../../database/client.ts';
import type { Archive } from '../../log/archive/archive.ts';
import type { ReadSessions } from '../../read/session.ts';
import type { AnswerCache } from '../http/answer-cache.ts';

export interface RestDeps {
  /** Everything with data in it is read through one session each. */
  sessions: ReadSessions;
  /** One for all APIs of the process. */
  answers: AnswerCache;
  /** For rows of `/data` that were read ahead; 0: none are kept. */
  rowCacheBytes: number;
  /** For asking whether the database is there at all. */
  sql: Sql;
  /** Where events lie that have left the database. */
  archive: Archive;
  /** The names that `source` may have. */
  sources: readonly string[];
  now: () => Date;
  version: string;
  startedAt: Date;
}
