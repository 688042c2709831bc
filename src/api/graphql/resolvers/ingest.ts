import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SourceConfig } from '../../../config/config.ts';
import { appendOperatorEvent } from '../../../control/operator-events.ts';
import { wrongInput } from '../../../read/graphql/page-request.ts';
import { byAdminKey } from '../administration.ts';
import { beginRun, type Beginning } from '../begin-run.ts';
import type { GraphqlContext } from '../context.ts';
import { decide } from '../decide.ts';
import { knownSource } from '../known-source.ts';
import { IngestInput } from '../mutation-inputs.ts';
import { IngestPayload } from '../types/payloads.ts';
import { begunRun, runOf, type Run } from '../types/run.ts';

const isPolled = ({ source }: SourceConfig): boolean => source.feed.kind === 'poll';

/** The sources named, each once, or all that are enabled and polled. Throws USAGE on one that is none, or reads files. */
function chosen(names: readonly string[] | null, sources: readonly SourceConfig[]): SourceConfig[] {
  if (names === null) return sources.filter((source) => source.enabled && isPolled(source));
  const named = [...new Set(names)].map((name) => knownSource(name, sources));
  const file = named.find((source) => !isPolled(source));
  if (file)
    throw wrongInput(
      `${file.source.name} reads files, which the API cannot: run "coinlog ingest ${file.source.name} --file PATH".`,
    );
  return named;
}

/** As the read model has it, or else as a run is that has just begun. */
async function runBegun(
  { runs, now }: GraphqlContext,
  { source, runId }: Beginning & { kind: 'begun' },
): Promise<Run> {
  const row = await runs.load(runId);
  if (row) return runOf(row);
  return begunRun({ runId, source: source.source.name, feed: source.source.feed.stream, startedAt: now() });
}

@Resolver()
export class IngestResolver {
  @Mutation(() => IngestPayload, {
    description:
      'Begins one run of each source and answers at once, with the runs that go on. A source that began none is in `notStarted`. An unknown source is BAD_USER_INPUT, and so is `csv`.',
  })
  ingest(
    @Arg('input', () => IngestInput, { description: 'Which sources, and why.' }) input: IngestInput,
    @Ctx() context: GraphqlContext,
  ): Promise<IngestPayload> {
    return decide(context, async (administration) => {
      const by = byAdminKey(input.reason ?? 'asked for through the API');
      const sources = chosen(input.sources ?? null, context.sources);
      if (sources.length === 0) return { runs: [], notStarted: [] };
      const metadata = { sources: sources.map(({ source }) => source.name) };
      await appendOperatorEvent(
        administration.sql,
        { type: 'ingest.requested', by, metadata },
        context.now(),
      );
      const beginnings = await Promise.all(
        sources.map((source) => beginRun(administration, source, by.reason)),
      );
      await context.refresh();
      const begun = beginnings.filter((each) => each.kind === 'begun');
      const none = beginnings.filter((each) => each.kind === 'not_started');
      return {
        runs: await Promise.all(begun.map((each) => runBegun(context, each))),
        notStarted: none.map(({ source, reason }) => ({ source: source.source.name, reason })),
      };
    });
  }
}
