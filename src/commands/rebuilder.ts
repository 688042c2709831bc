import { messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { rebuild, type RebuildDeps } from '../projector/rebuild.ts';
import { verifyReadModel } from '../projector/verify-read-model.ts';

/** Rebuilds that are begun here and go on by themselves. */
export interface Rebuilder {
  /** The id of its record, once it is the only one. Throws BUSY while another one runs. */
  begin(asked: { verify: boolean; reason: string }): Promise<string>;
  /** Waits for what has begun; it ends at its next batch once the signal of the deps says so. */
  close(): Promise<void>;
}

export function createRebuilder(deps: RebuildDeps, log: Logger): Rebuilder {
  const running = new Set<Promise<void>>();
  return {
    begin({ verify, reason }) {
      const begun = Promise.withResolvers<string>();
      const asked = { ...deps, reason, onStart: begun.resolve };
      const task = (verify ? verifyReadModel(asked) : rebuild(asked)).then(
        (result) => log.info(result, verify ? 'read model compared' : 'read model rebuilt'),
        (error: unknown) => {
          begun.reject(error);
          log.error({ reason: messageOf(error) }, 'a rebuild that was asked for has failed');
        },
      );
      running.add(task);
      void task.finally(() => running.delete(task));
      return begun.promise;
    },
    async close() {
      await Promise.allSettled(running);
    },
  };
}
