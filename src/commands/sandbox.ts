import { createMarket } from '../sandbox/market.ts';
import { createSandboxServer } from '../sandbox/server.ts';
import { sources } from '../sources/registry.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import { untilStopped } from './stop.ts';

export interface SandboxOptions {
  port: number;
  coins: number;
  seed: number;
  speed: number;
}

const monthMs = 30 * 24 * 3_600_000;

/** The stand-in upstreams until Ctrl-C. A market that runs faster than the clock starts a month back, to have room. */
export async function sandboxCommand(
  { port, coins, seed, speed }: SandboxOptions,
  stop: AbortSignal,
): Promise<number> {
  const clock = () => new Date();
  const startedAt = new Date(speed === 1 ? 0 : Date.now() - monthMs);
  // The clock of a sped-up market is counted from its start, so that its time is `startedAt` now.
  const elapsed = speed === 1 ? clock : () => new Date(startedAt.getTime() + (Date.now() - begunMs));
  const begunMs = Date.now();
  const market = createMarket({ seed, coins, speed, startedAt, clock: elapsed });
  const server = createSandboxServer({ sources, market, clock });
  const { url } = await server.listen(port).catch((error: unknown) => {
    throw new CoinlogError(
      'PORT_IN_USE',
      `Cannot listen on port ${port}: ${messageOf(error)}. Choose another with --port.`,
    );
  });
  const bases = sources.flatMap(({ name, sandbox }) =>
    sandbox ? [`  ${name.toUpperCase()}_BASE_URL=${url}/${name}${sandbox.basePath}`] : [],
  );
  process.stderr.write(
    `Stand-in upstreams at ${url}; point a coinlog of its own at them with\n${bases.join('\n')}\n`,
  );
  await untilStopped(stop);
  await server.close();
  return 0;
}
