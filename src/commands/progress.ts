import { MultiBar, Presets, type SingleBar } from 'cli-progress';

/** Progress of several things at once: bars on a terminal, a line every few seconds elsewhere. Always on stderr. */
export interface Progress {
  /** `detail`: what else is worth telling, as rows and what is left. */
  update(name: string, done: number, total: number, unit: string, detail?: string): void;
  stop(): void;
}

const lineEveryMs = 3_000;

function plainLines(): Progress {
  const last = new Map<string, number>();
  return {
    update(name, done, total, unit, detail) {
      const finished = done >= total;
      if (!finished && performance.now() - (last.get(name) ?? -Infinity) < lineEveryMs) return;
      if (last.get(name) === Infinity) return;
      last.set(name, finished ? Infinity : performance.now());
      process.stderr.write(`${name}: ${done} of ${total} ${unit}${detail ? `, ${detail}` : ''}\n`);
    },
    stop() {
      last.clear();
    },
  };
}

function bars(): Progress {
  const multi = new MultiBar(
    {
      stream: process.stderr,
      format: '{name} {bar} {value}/{total} {unit} {detail}',
      hideCursor: true,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  const byName = new Map<string, SingleBar>();
  return {
    update(name, done, total, unit, detail = '') {
      const bar = byName.get(name) ?? multi.create(total, 0, { name: name.padEnd(12), unit, detail });
      byName.set(name, bar);
      bar.setTotal(Math.max(total, 1));
      bar.update(done, { detail });
    },
    stop: () => multi.stop(),
  };
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/** `quiet`: for `--json`, whose stderr a script may show as well. */
export function createProgress(quiet: boolean): Progress {
  if (quiet) return silent;
  return process.stderr.isTTY ? bars() : plainLines();
}
