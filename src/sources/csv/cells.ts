import { ParserOptions } from 'fast-csv';
// The package's entry exports only streams; a fold has to read a record at once.
import { Parser } from '@fast-csv/parse/build/src/parser/Parser.js';

export type CellsResult = { kind: 'cells'; cells: string[] } | { kind: 'malformed'; message: string };

/**
 * A reader of one record's cells, edge blanks removed. It takes the text of exactly one record, without its
 * line break, so that a malformed one spoils no other.
 */
export function createCellReader(delimiter: string, quote = '"'): (text: string) => CellsResult {
  const parser = new Parser(new ParserOptions({ delimiter, quote: quote === '' ? null : quote, trim: true }));
  return (text) => {
    try {
      const { rows } = parser.parse(text, false);
      const [cells] = rows;
      if (rows.length > 1) return { kind: 'malformed', message: 'a line break outside of quotes' };
      return { kind: 'cells', cells: cells ?? [''] };
    } catch (error) {
      const unclosed = error instanceof Error && error.message.includes('missing closing');
      return {
        kind: 'malformed',
        message: unclosed ? 'a quote is never closed' : 'text follows a closing quote',
      };
    }
  };
}
