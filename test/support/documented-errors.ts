import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/version.ts';

const page = readFileSync(join(projectRoot, 'docs', 'errors.md'), 'utf8');

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The rows of the table under a heading of docs/errors.md; codes without their quotes. */
export function documentedErrors(heading: string): Row[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  const [head = [], , ...rows] = own
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map(cellsOf);
  return rows.map((row) =>
    Object.fromEntries(head.map((name, at) => [name, (row[at] ?? '').replace(/^`(\w+)`$/, '$1')])),
  );
}
