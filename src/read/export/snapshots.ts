import type { ReadSessions } from '../session.ts';
import { readMoment, readMomentOf, type Moment, type PastAsked } from '../past/moment.ts';
import { resolvePastCoinId } from '../past/members.ts';
import { readReadings, type ExportRow, type Position, type Span } from './readings.ts';
import { readSeries, type Series } from './series.ts';

export interface ExportAsked extends PastAsked {
  /** An id of any kind; null: all coins. */
  coin: string | null;
  source: string | null;
  span: Span;
}

export type SeriesRow = ExportRow & { series: Series };

export type Export =
  { kind: 'found'; version: number; pages: AsyncGenerator<SeriesRow[]> } | { kind: 'unknown_coin' };

export interface ExportDeps {
  sessions: ReadSessions;
  sources: readonly string[];
  now: () => Date;
  /** About so many rows at once: all of an export that is in memory. */
  rowsPerPage: number;
}

const beginning = new Date(0);

/**
 * Pages of an export. Each is a session of its own, at the moment that was fixed for the first one: it is of one version, however
 * long it takes, and a slow reader, or one that has gone, holds no connection, no snapshot and no lock.
 */
async function* pagesOf(
  { sessions, rowsPerPage }: ExportDeps,
  fixed: Moment,
  series: readonly Series[],
  { from, to }: Span,
): AsyncGenerator<SeriesRow[]> {
  // A few series at once where each may be short, one at a time where they are long.
  const atOnce = Math.max(1, Math.min(series.length, Math.ceil(rowsPerPage / 50)));
  let next = 0;
  let open: Position[] = [];
  for (;;) {
    const positions = open;
    while (positions.length < atOnce) {
      const one = series[next];
      if (!one) break;
      next += 1;
      positions.push({ series: one, from: from ?? beginning });
    }
    if (positions.length === 0) return;
    const each = Math.ceil(rowsPerPage / positions.length);
    const page = await sessions.run(({ sql, version }) =>
      readReadings(sql, { ...fixed, isCurrent: version === fixed.known.version }, positions, { to, each }),
    );
    open = page.unfinished;
    const rows = page.rows.flatMap((row): SeriesRow[] => {
      const position = positions[row.place - 1];
      return position ? [{ ...row, series: position.series }] : [];
    });
    if (rows.length > 0) yield rows;
  }
}

/** Begins an export: what cannot be met is said before the first row. Throws USAGE and HISTORY_EXPIRED. */
export async function beginExport(deps: ExportDeps, asked: ExportAsked): Promise<Export> {
  const { coin, source, span, asOf, knownAt } = asked;
  return deps.sessions.run(async ({ sql, version }): Promise<Export> => {
    const moment =
      (await readMoment(sql, { asOf, knownAt }, deps.now(), version)) ??
      (await readMomentOf(sql, { version, asOf: null }, version));
    if (moment === null) throw new RangeError(`version ${version} is shown and was never noted`);
    const coinId = coin === null ? null : await resolvePastCoinId(sql, moment, coin, deps.sources);
    if (coin !== null && coinId === null) return { kind: 'unknown_coin' };
    const series = await readSeries(sql, moment, { coinId, source });
    return { kind: 'found', version: moment.known.version, pages: pagesOf(deps, moment, series, span) };
  });
}
