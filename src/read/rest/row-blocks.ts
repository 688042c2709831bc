import type { Lru } from '../../lru.ts';
import { allSettled } from '../../all-settled.ts';

/** Rows by their numbers, from `start` up to and without `end`. */
export interface Span {
  start: number;
  end: number;
}

// What most ask for: the first page, of 50 or 100 rows.
const firstRows = 128;
const blockRows = 256;

/** Pure: the block that a row is in. */
function blockOf(row: number): Span {
  if (row < firstRows) return { start: 0, end: firstRows };
  const start = Math.max(firstRows, Math.floor(row / blockRows) * blockRows);
  return { start, end: (Math.floor(start / blockRows) + 1) * blockRows };
}

/** Pure: the blocks that hold rows from one up to and without another. */
export function blocksOf({ start, end }: Span): Span[] {
  const blocks: Span[] = [];
  for (let block = blockOf(start); block.start < end; block = blockOf(block.end)) blocks.push(block);
  return blocks;
}

/** Pure: blocks that follow each other, together. */
function runsOf(blocks: readonly Span[]): Span[][] {
  const runs: Span[][] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (last?.at(-1)?.end === block.start) last.push(block);
    else runs.push([block]);
  }
  return runs;
}

export interface RowBlocks {
  /** Rows by their numbers; fewer where there are no more. */
  rows(wanted: Span, read: (span: Span) => Promise<string[]>): Promise<string[]>;
}

/** Rows of which none are kept: just those that are asked for are read. */
export const noRowBlocks: RowBlocks = { rows: (wanted, read) => read(wanted) };

/**
 * The rows of one filter, read some pages at a time: whoever asks for one page asks for the next ones, and 256 rows take less
 * than twice as long as 64 (0.9 and 0.5 ms). A block is read once, when what lies before it has been read. `kept` may be shared
 * with other filters, and forgets what it has no room for.
 */
export function createRowBlocks(kept: Lru<string[]>, filter: string): RowBlocks {
  const coming = new Map<number, Promise<string[]>>();
  const nameOf = ({ start }: Span) => `${filter} ${start}`;

  function startReading(run: readonly Span[], read: (span: Span) => Promise<string[]>): void {
    const start = run[0]?.start ?? 0;
    const before = start === 0 ? undefined : coming.get(blockOf(start - 1).start);
    const end = run.at(-1)?.end ?? 0;
    // Whoever asked for what lies before is told when that fails.
    const reading = Promise.resolve(before?.catch(() => undefined)).then(() => read({ start, end }));
    for (const block of run) {
      const cut = reading.then((rows) => {
        const own = rows.slice(block.start - start, block.end - start);
        kept.set(nameOf(block), own);
        return own;
      });
      coming.set(
        block.start,
        cut.finally(() => coming.delete(block.start)),
      );
    }
  }

  return {
    async rows(wanted, read) {
      const blocks = blocksOf(wanted);
      const here = new Map(blocks.map((block) => [block.start, kept.get(nameOf(block))]));
      const missing = blocks.filter(({ start }) => !here.get(start) && !coming.has(start));
      for (const run of runsOf(missing)) startReading(run, read);
      const partOf = async ({ start }: Span) => here.get(start) ?? (await coming.get(start)) ?? [];
      const parts = await allSettled(blocks.map(partOf));
      const first = blocks[0]?.start ?? 0;
      return parts.flat().slice(wanted.start - first, wanted.end - first);
    },
  };
}
