import { Readable } from 'node:stream';
import { z } from 'zod';
import { impossibleText } from '../../../read/rest/coin-filter.ts';
import { beginExport, type SeriesRow } from '../../../read/export/snapshots.ts';
import { problemOf } from '../../http/problem.ts';
import type { RestDeps } from '../deps.ts';
import { refuse, textOrNull, timeOrNull } from '../query.ts';
import { bothPrefixes, defineRoute, type RestRoute } from '../route.ts';
import { exportFormats, type ExportFormat } from './formats.ts';

// Some 700 KB of text.
const rowsPerPage = 2_000;

const queryOf = (sources: readonly string[]) =>
  z.object({
    coin: textOrNull(
      "Only of this coin: its canonical id, an older one, or a source's own as `coingecko:bitcoin`.",
    ),
    source: textOrNull('Only of this source; an unknown one is refused with 400.', sources),
    from: timeOrNull(
      'Observed at or after this time: ISO 8601, in UTC where no zone is said, or seconds since 1970.',
    ),
    to: timeOrNull('Observed at or before this time.'),
    as_of: timeOrNull('The market as it was then.'),
    known_at: timeOrNull(
      'By what was known then, errors included: what is corrected since stands as it was shown.',
    ),
  });

async function* textOf(
  { head, line }: ExportFormat,
  pages: AsyncIterable<SeriesRow[]>,
): AsyncGenerator<string> {
  if (head !== '') yield head;
  for await (const rows of pages) yield rows.map(line).join('');
}

/** An export in one format. */
function exportRoute(deps: RestDeps, format: ExportFormat): RestRoute {
  const { sources } = deps;
  const { extension, mediaType } = format;
  return defineRoute({
    path: `/export/snapshots.${extension}`,
    prefixes: bothPrefixes,
    operationId: `exportSnapshots${extension === 'csv' ? 'Csv' : 'Ndjson'}`,
    tag: 'Export',
    summary: `The history as ${extension === 'csv' ? 'CSV' : 'a JSON document a line'}, of any size, of one version`,
    description:
      'Source coin by source coin, oldest first in each. Numbers have all their digits. It is of one version of the read model, however long it takes; an answer that is cut off ended with an error.',
    query: queryOf(sources),
    answer: {
      kind: 'text',
      mediaType,
      description: 'A row for each reading of a source coin in one currency.',
    },
    refusals: [400, 404, 410, 422],
    reads: 'untagged',
    async handle({ query, request, reply }) {
      const { coin, source, from, to, as_of: asOf, known_at: knownAt } = query;
      if (source !== null && !sources.includes(source))
        return refuse(request, reply, 400, `Source must be one of: ${sources.join(', ')}`);
      const asked = { coin, source, span: { from, to }, asOf, knownAt };
      const found = impossibleText(coin)
        ? ({ kind: 'unknown_coin' } as const)
        : await beginExport({ ...deps, rowsPerPage }, asked);
      if (found.kind === 'unknown_coin')
        return reply.status(404).send(problemOf(request, 'COIN_NOT_FOUND', `There is no coin ${coin}.`));
      reply
        .type(`${mediaType}; charset=utf-8`)
        .header('X-Read-Model-Version', found.version)
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', `attachment; filename="snapshots.${extension}"`);
      // Of a stream Fastify would read all, to throw it away.
      if (request.method === 'HEAD') return reply.send('');
      return reply.send(Readable.from(textOf(format, found.pages), { objectMode: false }));
    },
  });
}

/** Exports for notebooks and files. */
export const exportRoutes = (deps: RestDeps): RestRoute[] =>
  exportFormats.map((format) => exportRoute(deps, format));
