import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import { readEvent } from '../log/read.ts';
import type { PollSettings, Subjects } from '../sources/source.ts';

/** The version of the newest page of a stream that is in the database; null when there is none. */
async function newestPage(sql: Sql, stream: string): Promise<number | null> {
  const [row] = await sql<{ version: number }[]>`
    select version from log.event where stream = ${stream} and type = 'page.fetched' order by version desc limit 1`;
  return row?.version ?? null;
}

/**
 * Settings with the coins to ask about, one a page, and no page where none is known. From the log: the read model is
 * no matter of who appends. A run that is gone on with within its ten minutes finds the same page; where a new list
 * came in between, a coin whose place has changed may be asked twice, or a week later.
 */
export async function withSubjects(
  sql: Sql,
  archive: Archive,
  asked: Subjects,
  settings: PollSettings,
): Promise<PollSettings> {
  const version = await newestPage(sql, asked.stream);
  const event = version === null ? null : await readEvent(sql, asked.stream, version, archive);
  const ids = event === null || event.redacted ? [] : asked.idsOf(event.payload);
  const subjects = settings.pages === 'all' ? ids : ids.slice(0, settings.pages);
  return { ...settings, subjects, pages: subjects.length };
}
