import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testSource } from '../test-source.ts';
import { coinpaprika } from './index.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/coinpaprika', name));

testSource(coinpaprika, {
  pages: { 'tickers.json': fixture('tickers.json') },
  directories: {
    'coinpaprika.coins': { 'coins.json': fixture('coins.json') },
    'coinpaprika.mappings': { 'mappings.json': fixture('mappings.json') },
    'coinpaprika.contracts': { 'contracts.json': fixture('contracts.json') },
  },
});
