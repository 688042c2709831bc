import { pausedMessage, readPauses } from '../control/source-decisions.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import type { FileFeed } from '../sources/source.ts';
import { admit } from './admit.ts';
import { endRun } from './end-run.ts';
import { describeFile, findFinishedRun, openedId, readFileIntoLog } from './file-run.ts';
import { openFile, type OpenedFile } from './opened-file.ts';
import type { IngestOutcome, IngestTask } from './outcome.ts';
import { readingOf, type Reading } from './reading.ts';
import { resumeOrStart, settleUnfinished } from './resume.ts';
import { openRunStream } from './run-stream.ts';

/** One run over a file; a file whose bytes were read to their end before is left alone, whatever its name. */
export async function ingestFile(task: IngestTask, feed: FileFeed): Promise<IngestOutcome> {
  const { path } = task.options;
  const { name } = task.config.source;
  const pause = (await readPauses(task.deps.sql)).get(name);
  if (pause) return settled(task, feed, { kind: 'paused', message: pausedMessage(name, pause) });
  if (path === undefined) throw new CoinlogError('USAGE', `${name} reads files: name one with --file.`);
  const file = await openFile(path).catch((error: unknown) => messageOf(error));
  if (typeof file === 'string')
    return settled(task, feed, { kind: 'refused', message: `Cannot read ${path}: ${file}` });
  try {
    const { sql, archive, fileOptions } = task.deps;
    const reading = await readingOf(sql, fileOptions, task.options.fileOptions);
    const finished = await findFinishedRun(sql, archive, feed, file, reading.key);
    if (finished !== null) return await settled(task, feed, { kind: 'unchanged', runId: finished });
    return await runFile(task, feed, file, reading);
  } finally {
    await file.handle.close();
  }
}

/** No run is begun: one that a crash left is given its end, for nobody else may come by. */
async function settled({ deps }: IngestTask, feed: FileFeed, outcome: IngestOutcome): Promise<IngestOutcome> {
  const { sql, archive, now, observer } = deps;
  const stream = await openRunStream(sql, feed.stream, observer.onAppend);
  await settleUnfinished({ sql, archive, stream, now });
  return outcome;
}

async function runFile(
  { deps, config, options, signal }: IngestTask,
  feed: FileFeed,
  file: OpenedFile,
  reading: Reading,
): Promise<IngestOutcome> {
  const { sql, archive, now, observer } = deps;
  const { name } = config.source;
  const { reason } = options;
  const stream = await openRunStream(sql, feed.stream, observer.onAppend);
  const { runId } = await resumeOrStart({
    sql,
    archive,
    stream,
    source: name,
    settings: null,
    terms: deps.terms,
    contract: null,
    reason,
    now,
    file: { name: file.name, openedId: openedId(feed, file, reading.key) },
  });
  options.onStart?.(runId);
  try {
    const described = await describeFile(feed, file, { name: file.name, ...reading.options });
    if (described.kind === 'refused') throw new CoinlogError('FILE_REFUSED', described.reason);
    const { description } = described;
    await admit(deps, description.header.includes('coinlog_sandbox') ? 'sandbox' : 'live');
    const onBytes = (done: number, total: number) =>
      options.onProgress?.({ name, done, total, unit: 'bytes' });
    const closed = await readFileIntoLog({
      feed,
      stream,
      runId,
      file,
      description,
      readingKey: reading.key,
      now,
      signal,
      onBytes,
    });
    return await endRun(stream, runId, { kind: 'completed' }, now(), { events: [closed] });
  } catch (error) {
    if (!(error instanceof CoinlogError)) throw error;
    const { code, message } = error;
    return endRun(stream, runId, { kind: 'failed', code, message: `${file.name}: ${message}` }, now());
  }
}
