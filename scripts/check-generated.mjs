// Files that are made from code and committed for people: they must be what the code makes now. With --write it
// makes them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { envExample } from '../dist/config/env-example.js';
import { buildCoinlogSchema, printCoinlogSchema } from '../dist/api/graphql/schema.js';
import { generateDocuments } from './generate-documents.mjs';

const write = process.argv.includes('--write');
const schema = buildCoinlogSchema();
const schemaText = printCoinlogSchema(schema);
const generated = {
  '.env.example': envExample(),
  'schema.graphql': schemaText,
  ...(await generateDocuments(schema, schemaText)),
};

const stale = [];
for (const [file, text] of Object.entries(generated)) {
  if (write) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) stale.push(`${file} is not what the code makes`);
}

/** A table changed in code without a migration: drizzle-kit would write one. */
function migrationsMissing() {
  const folder = mkdtempSync(join(tmpdir(), 'coinlog-drizzle-'));
  try {
    cpSync('drizzle', folder, { recursive: true });
    const before = readdirSync(folder).length;
    const options = ['--dialect', 'postgresql', '--schema', './src/database/tables.ts', '--out', folder];
    execFileSync('node_modules/.bin/drizzle-kit', ['generate', ...options], { stdio: 'pipe' });
    return readdirSync(folder).length !== before;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (!write && migrationsMissing())
  stale.push('src/database/tables.ts has changes that no migration in drizzle/ makes');

for (const reason of stale)
  process.stderr.write(`${reason}: run "make generate" and look at the difference.\n`);
process.exitCode = stale.length > 0 ? 1 : 0;
