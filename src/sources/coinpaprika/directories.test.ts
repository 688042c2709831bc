import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractsByPlatform } from '../../identity/contracts.ts';
import { pageEvent, settingsOf } from '../test-source-poll.ts';
import { coinsList } from './coins-list.ts';
import { contracts, platforms } from './contracts.ts';
import { coinpaprika } from './index.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/coinpaprika', name));
const settings = settingsOf(coinpaprika);
const unknown = { kind: 'listing', symbol: null, name: null, isActive: null, contracts: [], mappedIds: [] };

describe('a record of /coins', () => {
  it('says who a coin is and whether it is followed still', () => {
    expect(coinsList.toRecords(pageEvent(coinsList.request(settings, 1), fixture('coins.json')))).toEqual([
      { ...unknown, index: 0, sourceCoinId: 'omg-test', symbol: 'OMG', name: 'OMG Test', isActive: true },
      { ...unknown, index: 1, sourceCoinId: 'gone-coin', symbol: 'GONE', name: 'Gone', isActive: false },
      { ...unknown, index: 2, sourceCoinId: 'odd-' },
    ]);
  });
});

describe('a record of /contracts/{platform}', () => {
  const read = (page: number) =>
    contracts.toRecords(pageEvent(contracts.request(settings, page), fixture('contracts.json')));
  const address = '0xD26114cd6EE289AccF82350c8d8487fedB8A0C07';

  it('is a contract of its coin on the platform that was asked for', () => {
    expect(read(1)[0]).toEqual({
      ...unknown,
      index: 0,
      sourceCoinId: 'omg-test',
      part: `eth-ethereum ${address}`,
      isActive: true,
      contracts: [{ platform: 'eth-ethereum', address }],
    });
    expect(read(2)[0]).toMatchObject({ part: `bnb-binance-coin ${address}` });
    expect(read(1).map((record) => record.kind === 'listing' && record.isActive)).toEqual([
      true,
      false,
      null,
    ]);
  });

  it('of an event whose request names no platform cannot be read', () => {
    const request = { path: '/contracts', params: {} };
    expect(() => contracts.toRecords(pageEvent(request, fixture('contracts.json')))).toThrow(/no platform/);
  });

  it('comes of every platform that has a name which can be compared with CoinGecko’s', () => {
    for (const platform of platforms) {
      const [name] = contractsByPlatform([{ platform, address: 'a' }]).keys();
      expect(name).not.toBe(platform);
    }
  });

  it('is on the last page only where the last platform was asked for', () => {
    const last = (page: number) =>
      contracts.check(fixture('contracts.json'), contracts.request(settings, page));
    expect(last(1)).toMatchObject({ kind: 'page', last: false });
    expect(last(platforms.length)).toMatchObject({ kind: 'page', last: true });
  });
});
