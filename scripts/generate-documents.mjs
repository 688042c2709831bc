// The typed documents of examples/apollo: GraphQL Code Generator's client preset, without its command line and the
// many loaders that it brings.
import { readFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import { preset } from '@graphql-codegen/client-preset';
import { isAbstractType, parse } from 'graphql';

const folder = 'examples/apollo';

const config = {
  // Node runs TypeScript by leaving the types out: no enums, and imports name the file that there is.
  enumType: 'string-literal',
  importExtension: '.ts',
  useTypeImports: true,
  scalars: { DateTime: 'string', Decimal: 'string', JSON: 'unknown', SafeInt: 'number' },
  strictScalars: true,
};

/** Which types an interface has, as Apollo Client's cache asks for it. */
function possibleTypes(schema) {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => isAbstractType(type) && !type.name.startsWith('__'),
  );
  const entries = types.map(({ name }) => [
    name,
    schema
      .getPossibleTypes(schema.getType(name))
      .map((type) => type.name)
      .sort(),
  ]);
  return `/* eslint-disable */\nexport const possibleTypes: Record<string, string[]> = ${JSON.stringify(Object.fromEntries(entries), null, 2)};\n`;
}

/** Their texts by file. */
export async function generateDocuments(schema, schemaText) {
  const location = `${folder}/documents.graphql`;
  const rawSDL = readFileSync(location, 'utf8');
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: `${folder}/generated/`,
    presetConfig: { fragmentMasking: false, skipIndexFile: true },
    schema: parse(schemaText),
    schemaAst: schema,
    documents: [{ location, rawSDL, document: parse(rawSDL) }],
    config,
    plugins: [],
    pluginMap: {},
    documentTransforms: [],
  });
  // The other file is for documents that are written within TypeScript.
  const section = sections.find(({ filename }) => filename.endsWith('/graphql.ts'));
  return {
    [section.filename]: await codegen(section),
    [`${folder}/generated/possible-types.ts`]: possibleTypes(schema),
  };
}
