import type { ApolloServerPlugin } from '@apollo/server';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { GraphqlContext } from './context.ts';
import { isInternal } from './errors.ts';

/** Labels every answer with the version of the read model that all of it was read from. */
export const versionPlugin: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ response, contextValue }) {
      if (response.body.kind !== 'single') return;
      // Without a database there is no version; the errors say so.
      const readModelVersion = await contextValue.reads.version().catch(() => null);
      const { singleResult } = response.body;
      singleResult.extensions = { ...singleResult.extensions, readModelVersion };
      if (readModelVersion !== null)
        response.http.headers.set('x-read-model-version', String(readModelVersion));
    },
  }),
};

/** Logs what clients are not told. */
export const errorLogPlugin = (log: Logger): ApolloServerPlugin<GraphqlContext> => ({
  requestDidStart: async () => ({
    async didEncounterErrors({ errors, contextValue, operationName }) {
      for (const error of errors.filter(isInternal)) {
        const { requestId } = contextValue;
        const { path, originalError } = error;
        const cause = originalError ?? error;
        log.error(
          { requestId, operationName, path, reason: messageOf(cause), stack: cause.stack },
          'graphql: a field failed',
        );
      }
    },
  }),
});
