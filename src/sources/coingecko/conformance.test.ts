import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testSource } from '../test-source.ts';
import { coingecko } from './index.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/coingecko', name));

testSource(coingecko, {
  pages: { 'markets.json': fixture('markets.json') },
  directories: { 'coingecko.list': { 'list.json': fixture('list.json') } },
});
