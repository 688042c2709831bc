import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'coinlog.js');

export interface CliResult {
  exitCode: number | null;
  stdout: Buffer;
  stderr: string;
  json(): unknown;
}

export type CliEnvironment = Record<string, string>;

/** Nothing of the machine's own settings reaches a test. */
const clean = (environment: CliEnvironment): CliEnvironment => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  ...environment,
});

export function startCli(args: string[], environment: CliEnvironment, cwd?: string): ChildProcess {
  return spawn(process.execPath, [bin, ...args], {
    env: clean(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs the built program as a user would, to its end. */
export async function runCli(args: string[], environment: CliEnvironment, cwd?: string): Promise<CliResult> {
  const child = startCli(args, environment, cwd);
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (part: Buffer) => stdout.push(part));
  child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()));
  await once(child, 'close');
  const bytes = Buffer.concat(stdout);
  return {
    exitCode: child.exitCode,
    stdout: bytes,
    stderr,
    json: () => JSON.parse(bytes.toString()) as unknown,
  };
}

/** Waits until a child has said something on stderr or stdout that fits, and returns the fit. */
export function saysWhen(child: ChildProcess, pattern: RegExp): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (part: Buffer) => {
      said += part.toString();
      const found = said.match(pattern);
      if (found) resolve(found);
    };
    child.stderr?.on('data', listen);
    child.stdout?.on('data', listen);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

export async function stopCli(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  await once(child, 'exit');
  return child.exitCode;
}
