import type { Queryable } from '../../database/client.ts';

type Value = string | number | boolean | Date | null | readonly string[] | readonly number[];

type Input = Value | Piece;

/**
 * A piece of a statement: texts, with a value or another piece between each two. Plain data, put together when it is sent: a
 * piece of the driver's own is a promise and takes 3 microseconds, and a page behind a cursor has 25 of them.
 */
export class Piece {
  readonly texts: readonly string[];
  readonly inputs: readonly Input[];

  constructor(texts: readonly string[], inputs: readonly Input[] = []) {
    this.texts = texts;
    this.inputs = inputs;
  }
}

/** A template of texts, values and other pieces. */
export const piece = (texts: TemplateStringsArray, ...inputs: readonly Input[]): Piece =>
  new Piece(texts, inputs);

/** Words of ours, such as names of columns: never what somebody sent. */
export const words = (text: string): Piece => new Piece([text]);

/** The text, in which values are `$1` and so on, and the values. */
export function statementOf(whole: Piece): { text: string; values: Value[] } {
  let text = '';
  const values: Value[] = [];
  function add({ texts, inputs }: Piece): void {
    text += texts[0] ?? '';
    for (const [place, input] of inputs.entries()) {
      if (input instanceof Piece) add(input);
      else text += `$${values.push(input)}`;
      text += texts[place + 1] ?? '';
    }
  }
  add(whole);
  return { text, values };
}

/** The rows of a statement, which is prepared. */
export async function rowsOf<Row>(sql: Queryable, whole: Piece): Promise<Row[]> {
  const { text, values } = statementOf(whole);
  const rows: unknown[] = await sql.unsafe(text, values, { prepare: true });
  return rows as Row[];
}
