import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piece, statementOf, words, type Piece } from './piece.ts';

describe('a piece of a statement', () => {
  it('takes in other pieces with their values, in the order of the text', () => {
    const where = piece`a = ${1} and ${piece`b in (${'x'}, ${'y'})`}`;
    const whole = piece`select ${words('a, b')} from t where ${where} limit ${10}`;
    expect(statementOf(whole)).toEqual({
      text: 'select a, b from t where a = $1 and b in ($2, $3) limit $4',
      values: [1, 'x', 'y', 10],
    });
  });

  it('has no value in its text, and a place for each, however it is put together', () => {
    const arbitraryValue = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.constant(null));
    const nested = fc.letrec<{ piece: Piece }>((tie) => ({
      piece: fc.oneof(
        { maxDepth: 4 },
        arbitraryValue.map((value) => piece`v = ${value}`),
        fc.tuple(tie('piece'), tie('piece')).map(([a, b]) => piece`(${a} or ${b})`),
        fc.tuple(tie('piece'), arbitraryValue).map(([a, value]) => piece`${a} and ${value}`),
      ),
    }));
    fc.assert(
      fc.property(nested.piece, (whole) => {
        const { text, values } = statementOf(whole);
        expect(text.match(/\$\d+/g)).toEqual(values.map((_value, place) => `$${place + 1}`));
        expect(text).toMatch(/^[v=$\d() orand]+$/);
      }),
    );
  });
});
