import { Ctx, Query, Resolver } from 'type-graphql';
import { CoinlogError } from '../../../errors.ts';
import { judgeHealth, type HealthFacts } from '../../../read/graphql/health.ts';
import { readReadModel } from '../../../read/graphql/read-model.ts';
import { countOpenAnomalies } from '../../../read/anomalies.ts';
import { readLag } from '../../../read/lag.ts';
import type { GraphqlContext } from '../context.ts';
import { Unversioned } from '../field-rules.ts';
import { Health, ReadModel, readModelOf } from '../types/operations.ts';

async function readFacts({ reads, sources, sourceStates }: GraphqlContext): Promise<HealthFacts> {
  const enabled = sources.filter((source) => source.enabled);
  const [lag, anomalies, facts] = await Promise.all([
    reads.read(readLag),
    reads.read(countOpenAnomalies),
    Promise.all(
      enabled.map(async ({ source: { name }, staleAfterMs }) => {
        const state = await sourceStates.load(name);
        return { name, staleAfterMs, lastSuccessAt: state?.lastSuccessAt ?? null };
      }),
    ),
  ]);
  return { kind: 'read', lag, sources: facts, anomalies };
}

/** Whoever asks for the health is told when there is no database, and not only that the question failed. */
function factsOfFailure(error: unknown): HealthFacts {
  if (error instanceof CoinlogError && error.code === 'DATABASE_UNREACHABLE')
    return { kind: 'database_away', reason: error.message };
  if (error instanceof CoinlogError && error.code === 'READ_MODEL_MISSING')
    return { kind: 'no_read_model', reason: error.message };
  throw error;
}

@Resolver()
export class OperationsResolver {
  @Unversioned()
  @Query(() => Health, { description: 'How well all of it is, judged by the clock at this moment.' })
  async health(@Ctx() context: GraphqlContext): Promise<Health> {
    const facts = await readFacts(context).catch(factsOfFailure);
    return judgeHealth(facts, context.now());
  }

  @Unversioned()
  @Query(() => ReadModel, {
    description: 'The clean data that answers come from, and how far it is behind the log.',
  })
  async readModel(@Ctx() { reads, now }: GraphqlContext): Promise<ReadModel> {
    return readModelOf(await reads.read(readReadModel), now());
  }
}
