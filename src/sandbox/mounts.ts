import type { SandboxMarket, SandboxUpstream } from '../sources/sandbox-market.ts';
import type { Source } from '../sources/source.ts';

/** A source's stand-in and where it is served. */
export interface Mount {
  source: string;
  /** `/<source>`. */
  prefix: string;
  /** What the API's own paths begin with, as `/api/v3`. */
  basePath: string;
  upstream: SandboxUpstream;
}

/** A stand-in over the market for every source that has one. */
export function createMounts(sources: readonly Source[], market: SandboxMarket): Mount[] {
  return sources.flatMap(({ name, sandbox }) =>
    sandbox === null
      ? []
      : { source: name, prefix: `/${name}`, basePath: sandbox.basePath, upstream: sandbox.create(market) },
  );
}
