import type { PollEnd, PollRunDeps } from './poll-deps.ts';
import { pollPage, type PageEnd } from './poll-page.ts';

/** Where a run begins or goes on. */
export interface PollStart {
  firstPage: number;
  /** Attempts made before a resume; they count on. */
  attempts: number;
}

// Some 80 hold every coin there is.
const pagesMax = 250;

export const emptyAnswer = (stream: string): PollEnd => ({
  kind: 'failed',
  code: 'EMPTY_ANSWER',
  message: `${stream}: page 1 is empty; the upstream has nothing to say.`,
});

/** The upstream has nothing at the address of a page. */
const isAbsent = (end: PageEnd): end is PollEnd & { kind: 'failed' } =>
  end.kind === 'failed' && end.code === 'NOT_FOUND';

/** Fetches the pages of a run, each appended before the next is asked for. */
export async function pollPages(deps: PollRunDeps, start: PollStart): Promise<PollEnd> {
  const { feed, settings, onPage } = deps;
  const pages = settings.pages === 'all' ? pagesMax : settings.pages;
  let { attempts } = start;
  let ended = false;
  let received = start.firstPage - 1;
  let absent: PollEnd | null = null;
  for (let page = start.firstPage; page <= pages; page += 1) {
    const end = await pollPage(deps, page, () => (attempts += 1));
    if (feed.pagesApart && isAbsent(end)) {
      absent = end;
      continue;
    }
    if (end.kind !== 'page') return end;
    received += 1;
    onPage(page);
    if (end.records === 0 && page === 1) return emptyAnswer(feed.stream);
    if (end.last) {
      ended = true;
      break;
    }
  }
  if (absent !== null && received === 0) return absent;
  if (settings.pages === 'all' && !ended)
    return {
      kind: 'failed',
      code: 'TOO_MANY_PAGES',
      message: `${feed.stream}: page ${pagesMax} is full as those before it; the upstream may not know pages.`,
    };
  return { kind: 'completed' };
}
