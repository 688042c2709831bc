import { pauseSource, resetSource, resumeSource } from '../control/source-decisions.ts';
import { CoinlogError } from '../errors.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { sourceList } from './look.ts';
import type { Output } from './output.ts';

const decisions = { pause: pauseSource, resume: resumeSource, reset: resetSource } as const;
export type SourceOrder = keyof typeof decisions;

/** Pauses, resumes or resets a source, without a restart of anything: every process obeys it before its next request. */
export async function sourceControl(
  app: App,
  output: Output,
  order: SourceOrder,
  name: string,
  reason: string,
): Promise<number> {
  const known = app.config.sources.map(({ source }) => source.name);
  if (!known.includes(name))
    throw new CoinlogError('USAGE', `Unknown source "${name}": there are ${known.join(', ')}.`);
  await decisions[order](app.database.sql, name, byCommand(reason), app.now());
  await projectDecisions(app);
  return sourceList(app, output);
}
