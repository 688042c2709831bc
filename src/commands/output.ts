/** What a command prints: one JSON document with `--json`, readable text without. Progress and logs go elsewhere. */
export interface Output {
  json: boolean;
  /** The one result: the document, and how it reads as text. */
  result(document: unknown, text: () => string): void;
  /** A line for people, on stderr. */
  note(line: string): void;
  bytes(bytes: Uint8Array): void;
}

const asJson = (_key: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value;

export const createOutput = (json: boolean): Output => ({
  json,
  result(document, text) {
    process.stdout.write(`${json ? JSON.stringify(document, asJson) : text()}\n`);
  },
  note(line) {
    process.stderr.write(`${line}\n`);
  },
  bytes(bytes) {
    process.stdout.write(bytes);
  },
});

type Cell = string | number | boolean | Date | null | undefined;

function show(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  return cell instanceof Date ? cell.toISOString() : String(cell);
}

/** Columns side by side, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [header, ...rows.map((row) => row.map(show))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const isNumber = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}
