import { readFileSync } from 'node:fs';
import path from 'node:path';
import { testSource } from '../test-source.ts';
import { csv } from './index.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/csv');
const nasty =
  'id;price;note\r\nbtc;1;"a;b\n""c"""\r\n\r\neth;"2\r\nxrp;0.5\r\ndoge;0,08;\r\nada;1,234;x\r\nsol;98.45;\r\n';

testSource(csv, {
  files: {
    plain: readFileSync(path.join(fixtures, 'plain.csv')),
    sandbox: readFileSync(path.join(fixtures, 'sandbox.csv')),
    damaged: readFileSync(path.join(fixtures, 'damaged.csv')),
    nasty: Buffer.from(`\uFEFF${nasty}`),
    utf16: Buffer.from(`\uFEFF${nasty}`, 'utf16le'),
    latin: Buffer.from('id,name,price\nx,caf\u00e9,1\n', 'latin1'),
    long: Buffer.from(`id,price\n${'btc,45000.5\n'.repeat(50_000)}`),
  },
});
