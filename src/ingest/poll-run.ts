import type { PollEnd, PollRunDeps } from './poll-deps.ts';
import { pollPage } from './poll-page.ts';

/** Where a run begins or goes on. */
export interface PollStart {
  firstPage: number;
  /** Attempts made before a resume; they count on. */
  attempts: number;
}

/** Fetches the pages of a run, each appended before the next is asked for. */
export async function pollPages(deps: PollRunDeps, start: PollStart): Promise<PollEnd> {
  const { feed, settings, onPage, pausedFor } = deps;
  const pages = settings.pages === 'all' ? Infinity : settings.pages;
  let { attempts } = start;
  for (let page = start.firstPage; page <= pages; page += 1) {
    const paused = await pausedFor();
    if (paused !== null)
      return { kind: 'deferred', nextAttemptAt: null, message: `${feed.stream} was paused: ${paused}` };
    const end = await pollPage(deps, page, () => (attempts += 1));
    if (end.kind !== 'page') return end;
    onPage(page);
    if (end.records === 0 && page === 1)
      return {
        kind: 'failed',
        code: 'EMPTY_ANSWER',
        message: `${feed.stream}: page 1 is empty; the upstream has nothing to say.`,
      };
    if (end.last) break;
  }
  return { kind: 'completed' };
}
