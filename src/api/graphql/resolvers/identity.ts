import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { orderIdentity } from '../../../control/identity-decisions.ts';
import { createIdentityLog } from '../../../control/identity-log.ts';
import { CoinlogError } from '../../../errors.ts';
import { identityStream } from '../../../identity/events.ts';
import { wrongInput } from '../../../read/graphql/page-request.ts';
import { orderLink, orderUnlink, type NamedOrder } from '../../../read/identity-orders.ts';
import { readMark } from '../../../read/read-mark.ts';
import { byAdminKey } from '../administration.ts';
import type { GraphqlContext } from '../context.ts';
import { decide, untilSeen } from '../decide.ts';
import { knownSource } from '../known-source.ts';
import { LinkCoinInput, UnlinkCoinInput } from '../mutation-inputs.ts';
import type { Coin } from '../types/coin.ts';
import { LinkCoinPayload, UnlinkCoinPayload } from '../types/payloads.ts';
import { loadCoin } from './coin-at.ts';

interface Ordered {
  coinId: string;
  splitOff: string | null;
}

async function untilFolded(context: GraphqlContext, head: number): Promise<void> {
  const isFolded = async (): Promise<boolean> =>
    ((await context.reads.read(readMark)).checkpoints.get(identityStream) ?? 0) >= head;
  await untilSeen(context, isFolded);
  if (!(await isFolded()))
    throw new CoinlogError(
      'DECISION_PENDING',
      `It is decided, as event ${head} of ${identityStream}, and not folded yet: is a worker running?`,
    );
}

/** Appends an order and waits until it is folded. Throws USAGE for what is not there, or is so already. */
function order(
  context: GraphqlContext,
  reason: string,
  name: (sources: readonly string[]) => Promise<NamedOrder>,
): Promise<Ordered> {
  return decide(context, async ({ sql }) => {
    const by = byAdminKey(reason);
    const named = await name(context.sources.map(({ source }) => source.name));
    if (named.kind === 'unknown') throw wrongInput(named.message);
    const { archive, now } = context;
    const result = await orderIdentity(
      createIdentityLog({ sql, archive, now }),
      named.order,
      named.coins,
      by,
    );
    if (result.kind === 'refused') throw wrongInput(`Nothing was decided: ${result.reason}.`);
    await untilFolded(context, result.head);
    return result;
  });
}

async function coinOf(context: GraphqlContext, coinId: string | null): Promise<Coin> {
  const coin = coinId === null ? null : await loadCoin(context, coinId);
  if (coin === null) throw new Error(`${coinId} was decided on, and is no coin`);
  return coin;
}

@Resolver()
export class IdentityResolver {
  @Mutation(() => LinkCoinPayload, {
    description:
      "Says which coin a source's coin is, whatever the evidence. A coin that loses its last source coin by that leads to the other from now on, and the older id of the two survives. An unknown source, source coin or coin is BAD_USER_INPUT. Answers once it is folded; NOT_READY where it was decided and no worker folds it.",
  })
  async linkCoin(
    @Arg('input', () => LinkCoinInput, { description: 'Which is which, and why.' }) input: LinkCoinInput,
    @Ctx() context: GraphqlContext,
  ): Promise<LinkCoinPayload> {
    const { source, sourceCoinId, coinId, reason } = input;
    const { coinId: decided } = await order(context, reason, (sources) => {
      knownSource(source, context.sources);
      return context.reads.read((sql) => orderLink(sql, { source, sourceCoinId }, coinId, sources));
    });
    return { coin: await coinOf(context, decided) };
  }

  @Mutation(() => UnlinkCoinPayload, {
    description:
      "Says that a source's coin is not the coin it is taken for: it stays apart, whatever evidence comes, until it is linked again. An unknown source or source coin, and one that is the only one of its coin, is BAD_USER_INPUT. Answers as `linkCoin` does.",
  })
  async unlinkCoin(
    @Arg('input', () => UnlinkCoinInput, { description: 'Which one, and why.' }) input: UnlinkCoinInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UnlinkCoinPayload> {
    const { source, sourceCoinId, reason } = input;
    const { coinId, splitOff } = await order(context, reason, () => {
      knownSource(source, context.sources);
      return context.reads.read((sql) => orderUnlink(sql, { source, sourceCoinId }));
    });
    return { coin: await coinOf(context, coinId), splitOff: await coinOf(context, splitOff) };
  }
}
