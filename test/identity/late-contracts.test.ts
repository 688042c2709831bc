import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoints } from '../../src/projector/schema.ts';
import { readSourceCoinsSince } from '../../src/read/source-coins.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { resolveAll } from '../support/resolver.ts';
import { linksOf, pollGecko, pollPaprika } from './support.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

let runs = 0;
const directory = async (stream: string, path: string, body: object[]): Promise<void> => {
  await appendRun(database.sql, {
    stream,
    runId: `list_${(runs += 1)}`,
    startedAt: new Date('2026-11-20T11:00:00Z'),
    params: {},
    path,
    pages: [JSON.stringify(body)],
  });
  await projectAll(database);
};
const address = '0xAbC0000000000000000000000000000000000123';
const geckoList = (contract: string) =>
  directory('coingecko.list', '/coins/list', [
    { id: 'gold-one', symbol: 'au', name: 'Gold One', platforms: { ethereum: contract } },
  ]);
const paprikaContracts = (id: string, contract: string) =>
  directory('coinpaprika.contracts', '/contracts/eth-ethereum', [
    { address: contract, type: 'ERC20', id, active: true },
  ]);
describe('contracts that come in after the coins were found to be two', () => {
  beforeEach(async () => {
    await pollGecko(database, { id: 'gold-one', symbol: 'au', name: 'Gold One', price: 5 });
    await pollPaprika(
      database,
      { id: 'aurum-first-gold', symbol: 'AURUM', name: 'First Gold', price: 5 },
      { id: 'gone-gold', symbol: 'GONE', name: 'Gone Gold', price: 1 },
    );
    await resolveAll(database);
    const ids = await linksOf(database);
    expect(ids['coinpaprika:aurum-first-gold']).not.toBe(ids['coingecko:gold-one']);
  });

  it('make them one by the address alone, however it is written; the older id stays', async () => {
    await geckoList(address.toLowerCase());
    await paprikaContracts('aurum-first-gold', address);
    await resolveAll(database);
    const ids = await linksOf(database);
    expect(ids['coinpaprika:aurum-first-gold']).toBe(ids['coingecko:gold-one']);
    const methods = await database.sql`
      select method from read.identity_link where source_coin_id = 'aurum-first-gold'`;
    expect([...methods]).toEqual([{ method: 'CONTRACT' }]);
  });

  it('bring exactly the coins they speak of to the resolver again, and whose address they take', async () => {
    await paprikaContracts('gone-gold', address);
    const before = await readCheckpoints(database.sql, 'read');
    const since = async () =>
      (await readSourceCoinsSince(database.sql, before)).map(({ sourceCoinId, contracts }) => [
        sourceCoinId,
        contracts.length,
      ]);
    expect(await since()).toEqual([]);
    await paprikaContracts('aurum-first-gold', address);
    expect(await since()).toEqual([
      ['aurum-first-gold', 1],
      ['gone-gold', 0],
    ]);
  });
});
