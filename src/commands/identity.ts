import { CoinlogError } from '../errors.ts';
import { orderIdentity } from '../control/identity-decisions.ts';
import type { LinkMethod } from '../identity/decision.ts';
import { coinKey, type SourceCoinRef } from '../identity/source-coin.ts';
import { resolveCoinId } from '../read/graphql/coin-ids.ts';
import { readIdentityLinks, type IdentityLinkRow } from '../read/identity-links.ts';
import { orderLink, orderUnlink, type NamedOrder } from '../read/identity-orders.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';

export interface LinkListOptions {
  source?: string | undefined;
  /** By any id that leads to it. */
  coin?: string | undefined;
  method?: LinkMethod | undefined;
  limit: number;
}

const namesOf = (app: App): string[] => app.config.sources.map(({ source }) => source.name);

export function assertKnown(app: App, source: string): void {
  if (!namesOf(app).includes(source))
    throw new CoinlogError('USAGE', `Unknown source "${source}": there are ${namesOf(app).join(', ')}.`);
}

async function coinNamed(app: App, coin: string): Promise<string> {
  const coinId = await resolveCoinId(app.database.readSql, coin, namesOf(app));
  if (coinId === null)
    throw new CoinlogError(
      'COIN_NOT_FOUND',
      `There is no coin "${coin}": name it by its id, an older one, or a source's own, as coingecko:bitcoin.`,
    );
  return coinId;
}

export const linkJson = ({ confidencePercent, marketCap, ...row }: IdentityLinkRow) => ({
  ...row,
  confidence: confidencePercent / 100,
  marketCapUsd: marketCap,
});

const header = [
  'coin',
  'source',
  'source coin',
  'symbol',
  'name',
  'method',
  'confidence',
  'decided',
] as const;

export const linksText = (rows: readonly IdentityLinkRow[]): string =>
  table(
    header,
    rows.map((row) => [
      row.coinId,
      row.source,
      row.sourceCoinId,
      row.symbol,
      row.name,
      row.method,
      row.confidencePercent / 100,
      row.decidedAt,
    ]),
  );

const showLinks = (output: Output, rows: readonly IdentityLinkRow[], said: object = {}): void =>
  output.result({ ...said, links: rows.map(linkJson) }, () =>
    rows.length === 0 ? 'No source coin is like that.' : linksText(rows),
  );

/** Which coin each source's coin is, and how that was found; the largest coins first. */
export async function identityList(app: App, output: Output, options: LinkListOptions): Promise<number> {
  await requireReadModel(app);
  const { source, coin, method, limit } = options;
  if (source !== undefined) assertKnown(app, source);
  const coinId = coin === undefined ? undefined : await coinNamed(app, coin);
  showLinks(output, await readIdentityLinks(app.database.readSql, { source, coinId, method }, limit));
  return 0;
}

// More source coins than any coin has.
const linksOfCoin = 1_000;

/** Writes an order down, folds it, and shows the coins it was about. */
async function carryOut(app: App, output: Output, named: NamedOrder, reason: string): Promise<number> {
  if (named.kind === 'unknown') throw new CoinlogError('COIN_NOT_FOUND', named.message);
  const result = await orderIdentity(app.identity, named.order, named.coins, byCommand(reason));
  if (result.kind === 'refused') throw new CoinlogError('USAGE', `Nothing was decided: ${result.reason}.`);
  await projectDecisions(app);
  const { coinId, splitOff } = result;
  const coinIds = splitOff === null ? [coinId] : [coinId, splitOff];
  const found = coinIds.map((id) => readIdentityLinks(app.database.readSql, { coinId: id }, linksOfCoin));
  showLinks(output, (await Promise.all(found)).flat(), { coinId, splitOff });
  return 0;
}

/** Says which coin a source's coin is, whatever the evidence. */
export async function identityLink(
  app: App,
  output: Output,
  ref: SourceCoinRef,
  coin: string,
  reason: string,
): Promise<number> {
  await requireReadModel(app);
  assertKnown(app, ref.source);
  return carryOut(app, output, await orderLink(app.database.readSql, ref, coin, namesOf(app)), reason);
}

/** Says that a source's coin is not the coin it is taken for; it stays apart until it is linked again. */
export async function identityUnlink(
  app: App,
  output: Output,
  ref: SourceCoinRef,
  reason: string,
): Promise<number> {
  await requireReadModel(app);
  assertKnown(app, ref.source);
  return carryOut(app, output, await orderUnlink(app.database.readSql, ref), reason);
}

/** Makes an id that was merged a coin of its own again, with all that was there. */
export async function identitySplit(
  app: App,
  output: Output,
  coinId: string,
  reason: string,
): Promise<number> {
  await requireReadModel(app);
  if ((await coinNamed(app, coinId)) === coinId)
    throw new CoinlogError(
      'USAGE',
      `${coinId} leads to no other coin, so there is nothing to split: name the older id ("aliases" of the coin), or use "coinlog identity unlink" for a source's coin (${coinKey({ source: 'SOURCE', sourceCoinId: 'ID' })}).`,
    );
  return carryOut(app, output, { kind: 'order', order: { kind: 'split', coinId }, coins: [] }, reason);
}
