import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageEvent, settingsOf } from '../test-source-poll.ts';
import { coingecko } from './index.ts';
import { list } from './list.ts';

const body = readFileSync(join(import.meta.dirname, '../../../fixtures/coingecko/list.json'));
const read = (text: string | Uint8Array) =>
  list.toRecords(pageEvent(list.request(settingsOf(coingecko), 1), Buffer.from(text)));

describe('a record of /coins/list', () => {
  const unknown = { kind: 'listing', isActive: null, mappedIds: [] };

  it('says who a coin is and where its contracts are; a chain of its own is none', () => {
    expect(read(body)).toEqual([
      {
        ...unknown,
        index: 0,
        sourceCoinId: 'omg-test',
        symbol: 'OMG',
        name: 'OMG Test',
        contracts: [
          { platform: 'energi', address: '0xa3a8' },
          { platform: 'ethereum', address: '0xd26114cd6ee289accf82350c8d8487fedb8a0c07' },
        ],
      },
      { ...unknown, index: 1, sourceCoinId: 'own-chain', symbol: 'OWN', name: 'Own Chain', contracts: [] },
      { ...unknown, index: 2, sourceCoinId: 'no-platforms', symbol: null, name: null, contracts: [] },
      {
        ...unknown,
        index: 3,
        sourceCoinId: '[old] 🟥',
        symbol: 'NAN',
        name: 'Zerowidth',
        contracts: [{ platform: 'solana', address: 'So11111111111111111111111111111111111111112' }],
      },
    ]);
  });

  it('is the same whatever order its platforms come in: else every coin would be revised one day', () => {
    const coin = (platforms: string) => read(`[{"id":"a","symbol":"a","name":"A","platforms":${platforms}}]`);
    expect(coin('{"base":"0x1","ethereum":"0x2"}')).toEqual(coin('{"ethereum":"0x2","base":"0x1"}'));
  });

  it('that has a contract which is no text is rejected, with its path', () => {
    expect(read('[{"id":"a","symbol":"a","name":"A","platforms":{"base":7}}]')).toMatchObject([
      { kind: 'rejected', issues: [{ path: 'platforms.base' }] },
    ]);
  });
});
