import { once } from 'node:events';

/** Aborted by the first Ctrl-C or SIGTERM; the second one ends the program at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stop.signal;
}

export async function untilStopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Closes, but not for ever: what hangs longer than this is left behind, and the program ends with a failure. */
export async function closeWithin(timeoutMs: number, close: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => {
    process.stderr.write(`coinlog: not everything stopped within ${timeoutMs} ms; ending anyway.\n`);
    process.exit(1);
  }, timeoutMs);
  try {
    await close();
  } finally {
    clearTimeout(timer);
  }
}
