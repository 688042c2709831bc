import { faultList } from '../sandbox/faults/catalogue.ts';
import { createFaultPlan, type FaultPlan } from '../sandbox/faults/plan.ts';
import { parseFaultProfile } from '../sandbox/faults/profile.ts';
import { createMarket } from '../sandbox/market.ts';
import { createSandboxServer } from '../sandbox/server.ts';
import { sources } from '../sources/registry.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { table, type Output } from './output.ts';
import { untilStopped } from './stop.ts';

export interface SandboxOptions {
  port: number;
  coins: number;
  seed: number;
  speed: number;
  /** A profile of faults, or `list`. */
  faults?: string;
}

const monthMs = 30 * 24 * 3_600_000;

function listFaults(output: Output): number {
  const rows = faultList.map(({ name, about }) => [name, about]);
  output.result(faultList, () => table(['fault', 'what the client gets'], rows));
  return 0;
}

function summary({ given }: FaultPlan): string {
  const counts = [...given].map(([fault, count]) => `${fault} ${count}`);
  return `Faults given: ${counts.join(', ') || 'none'}`;
}

/**
 * The stand-in upstreams until Ctrl-C. A market that runs faster than the clock starts a month back, to have room.
 * `--faults list` only says which faults there are.
 */
export async function sandboxCommand(
  { port, coins, seed, speed, faults: profile }: SandboxOptions,
  output: Output,
  log: Logger,
  stop: AbortSignal,
): Promise<number> {
  if (profile === 'list') return listFaults(output);
  const faults = profile === undefined ? null : createFaultPlan(parseFaultProfile(profile));
  const clock = () => new Date();
  const startedAt = new Date(speed === 1 ? 0 : Date.now() - monthMs);
  // The clock of a sped-up market is counted from its start, so that its time is `startedAt` now.
  const elapsed = speed === 1 ? clock : () => new Date(startedAt.getTime() + (Date.now() - begunMs));
  const begunMs = Date.now();
  const market = createMarket({ seed, coins, speed, startedAt, clock: elapsed });
  const server = createSandboxServer({ sources, market, clock, log, ...(faults && { faults }) });
  const { url } = await server.listen(port).catch((error: unknown) => {
    throw new CoinlogError(
      'PORT_IN_USE',
      `Cannot listen on port ${port}: ${messageOf(error)}. Choose another with --port.`,
    );
  });
  const bases = sources.flatMap(({ name, sandbox }) =>
    sandbox ? [`  ${name.toUpperCase()}_BASE_URL=${url}/${name}${sandbox.basePath}`] : [],
  );
  output.note(`Stand-in upstreams at ${url}; point a coinlog of its own at them with\n${bases.join('\n')}`);
  await untilStopped(stop);
  await server.close();
  if (faults) output.note(summary(faults));
  return 0;
}
