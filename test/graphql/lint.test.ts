import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { expect, it } from 'vitest';
import { projectRoot } from '../../src/version.ts';
import { configOf, everyRule, exceptions, typesWithoutId } from './schema-rules.ts';

const file = join(projectRoot, 'schema.graphql');
const text = readFileSync(file, 'utf8');

const ourRules = { ...everyRule, ...exceptions };

/** What rules find, a line each. */
async function findings(schema: string, rules: Linter.RulesRecord = ourRules): Promise<string[]> {
  const eslint = new ESLint({
    cwd: projectRoot,
    overrideConfigFile: true,
    overrideConfig: configOf(rules),
  });
  const results = await eslint.lintText(schema, { filePath: file });
  return results.flatMap(({ messages }) =>
    messages.map(({ line, ruleId, message }) => `schema.graphql:${line} ${ruleId}: ${message}`),
  );
}

it('the schema keeps every rule for schemas, but for the exceptions that are explained', async () => {
  expect(await findings(text)).toEqual([]);
});

it.each([
  ['naming-convention', text.replace('fullyDilutedValuationUsd:', 'fully_diluted_valuation_usd:')],
  [
    'strict-id-in-types',
    `${text}\n"""A new one."""\ntype Exchange {\n  """Its name."""\n  name: String!\n}\n`,
  ],
  ['require-description', text.replace('"""Which way a list is ordered."""\n', '')],
  ['relay-connection-types', text.replace('edges: [CoinEdge!]!', 'edges: CoinEdge!')],
])('a schema that breaks %s is found out', async (rule, broken) => {
  expect(broken).not.toBe(text);
  expect((await findings(broken)).join('\n')).toContain(`@graphql-eslint/${rule}`);
});

it('every exception is needed, so that the list shrinks with the reasons', async () => {
  const found = (await findings(text, everyRule)).join('\n');
  for (const rule of Object.keys(exceptions)) expect(found).toContain(`${rule}:`);
  for (const type of typesWithoutId.types) expect(found).toContain(`type "${type}" must have`);
});
