import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readHeaders } from '../../src/log/read.ts';
import { bitcoin, btcBitcoin, linksOf, pollGecko, pollPaprika } from '../identity/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { resolveAll } from '../support/resolver.ts';
import { createControlled, type Controlled } from './controlled.ts';

let database: TestDatabase;
let controlled: Controlled;
beforeEach(async () => {
  database = await createTestDatabase();
  controlled = await createControlled(database, { SOURCES: 'coingecko,coinpaprika,csv' });
  await pollGecko(database, bitcoin, { id: 'x', symbol: 'x', name: 'X', price: 1 });
  await pollPaprika(database, btcBitcoin, { id: 'y-y', symbol: 'Y', name: 'Y', price: 1 });
  await resolveAll(database);
});
afterEach(async () => {
  await controlled.close();
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const link = (input: object) =>
  controlled.mutate(
    `mutation ($input: LinkCoinInput!) { linkCoin(input: $input) {
      coin { id aliases links { source sourceCoinId method confidence evidence event { stream type } } } } }`,
    { input },
  );
const unlink = (input: object) =>
  controlled.mutate(
    `mutation ($input: UnlinkCoinInput!) { unlinkCoin(input: $input) {
      coin { id quotes { source } } splitOff { id quotes { source } } } }`,
    { input },
  );
const paprika = (sourceCoinId: string, more: object = {}) => ({
  source: 'coinpaprika',
  sourceCoinId,
  reason: 'told so',
  ...more,
});

describe('linkCoin', () => {
  it('answers the coin once the decision is folded, and the log has who and why', async () => {
    controlled.projector.follow();
    const { data, errors } = await link(paprika('y-y', { coinId: 'coingecko:x' }));
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      linkCoin: {
        coin: {
          id: 'x',
          aliases: ['y', 'coingecko:x', 'coinpaprika:y-y'],
          links: [
            { source: 'coingecko', method: 'FIRST_SEEN' },
            {
              source: 'coinpaprika',
              method: 'OPERATOR',
              confidence: 1,
              evidence: { actor: 'admin key', reason: 'told so' },
              event: { stream: 'identity', type: 'link.decided' },
            },
          ],
        },
      },
    });
    const events = await readHeaders(database.sql, 'identity', 0, { archive: noArchive, limit: 100 });
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['link.decided', 'coin.merged']);
  });

  it('refuses what is not there and says what to do, and decides nothing for one without the key', async () => {
    const before = await linksOf(database);
    const wrong = [
      [paprika('nothing', { coinId: 'x' }), /no source coin coinpaprika:nothing.*ingested/s],
      [paprika('y-y', { coinId: 'nothing' }), /no coin "nothing".*coingecko:bitcoin/s],
      [{ ...paprika('y-y', { coinId: 'x' }), source: 'nobody' }, /there are coinpaprika/],
      [paprika('y-y', { coinId: 'x', reason: ' ' }), /reason is empty/],
    ] as const;
    for (const [input, message] of wrong) {
      const { errors } = await link(input);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(errors[0]?.message).toMatch(message);
    }
    const mutation = `mutation { linkCoin(input: { source: "coinpaprika", sourceCoinId: "y-y", coinId: "x", reason: "r" }) { coin { id } } }`;
    expect((await controlled.api.ask(mutation)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    await projectAll(database);
    expect(await linksOf(database)).toEqual(before);
  });

  it('is NOT_READY where it is decided and nobody folds it, and holds all the same', async () => {
    const { errors } = await link(paprika('y-y', { coinId: 'x' }));
    expect(errors).toMatchObject([
      { extensions: { code: 'NOT_READY' }, message: expect.stringContaining('is decided') },
    ]);
    await projectAll(database);
    expect((await linksOf(database))['coinpaprika:y-y']).toBe('x');
  });
});

describe('unlinkCoin', () => {
  it('answers the coin that it was and the one that it is now', async () => {
    controlled.projector.follow();
    const { data, errors } = await unlink(paprika('btc-bitcoin'));
    expect(errors).toEqual([]);
    expect(data).toEqual({
      unlinkCoin: {
        coin: { id: 'bitcoin', quotes: [{ source: 'coingecko' }] },
        splitOff: { id: 'bitcoin-btc', quotes: [{ source: 'coinpaprika' }] },
      },
    });
  });

  it('refuses the only one of its coin', async () => {
    const { errors } = await unlink(paprika('y-y'));
    expect(errors).toMatchObject([
      {
        extensions: { code: 'BAD_USER_INPUT' },
        message: expect.stringContaining('the only one of its coin'),
      },
    ]);
  });
});
