import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { CoinlogError, messageOf } from '../../../errors.ts';
import type { Logger } from '../../../telemetry/logger.ts';

/** `log`: what is not in the manifest is run, and logged. `only`: it is refused. */
export type TrustMode = 'off' | 'log' | 'only';

/** Documents that were registered when the clients were built. */
export interface TrustedDocuments {
  /** Why a text is not run; null where it is. */
  refuse(text: string): GraphQLError | null;
  /** The text of an id of the manifest. */
  textOf(id: string): string | undefined;
}

/** As graphql-codegen's client preset writes it: text by hash. */
const byHash = z.record(z.string(), z.string());
/** As Apollo's generate-persisted-query-manifest writes it. */
const byOperation = z.object({ operations: z.array(z.object({ id: z.string(), body: z.string() })) });

/** Text by id. Throws CONFIG_INVALID for a file that is no manifest. */
export function readManifest(path: string): ReadonlyMap<string, string> {
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const listed = byOperation.safeParse(json);
    if (listed.success) return new Map(listed.data.operations.map(({ id, body }) => [id, body]));
    return new Map(Object.entries(byHash.parse(json)));
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it is no manifest of documents' : messageOf(error);
    throw new CoinlogError('CONFIG_INVALID', `TRUSTED_DOCUMENTS_FILE: cannot use ${path}: ${reason}.`);
  }
}

const notTrusted = (): GraphQLError =>
  new GraphQLError('Only documents that were registered with this server are answered.', {
    extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', http: { status: 400 } },
  });

export function createTrustedDocuments(
  mode: TrustMode,
  manifest: ReadonlyMap<string, string>,
  log: Pick<Logger, 'warn'>,
): TrustedDocuments {
  const texts = new Set(manifest.values());
  return {
    refuse(text) {
      if (mode === 'off' || texts.has(text)) return null;
      if (mode === 'only') return notTrusted();
      log.warn({ document: text.slice(0, 2_000) }, 'graphql: a document that is not in the manifest');
      return null;
    },
    textOf: (id) => manifest.get(id),
  };
}
