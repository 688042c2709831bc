import 'reflect-metadata';
import { isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { buildCoinlogSchema } from '../schema.ts';
import { hasWeight } from './weigh.ts';

const schema = buildCoinlogSchema();

function fieldOf(type: string, name: string) {
  const found = schema.getType(type);
  const field = isObjectType(found) ? found.getFields()[name] : undefined;
  if (!field) throw new Error(`there is no ${type}.${name}`);
  return field;
}

it.each([
  ['Query', 'coins'],
  ['Query', 'node'],
  ['Query', 'nodes'],
  ['Query', 'performance'],
  ['Coin', 'history'],
  ['Source', 'nextRunAt'],
])(
  'the arguments of %s.%s have a say in what a request weighs, or whether its answer is kept',
  (type, name) => {
    expect(hasWeight(fieldOf(type, name))).toBe(true);
  },
);

// Else each other value of such an argument would be weighed anew: 15 microseconds of 370 a request.
it.each([
  ['Query', 'source'],
  ['Query', 'coin'],
  ['Coin', 'symbol'],
])('those of %s.%s have none', (type, name) => {
  expect(hasWeight(fieldOf(type, name))).toBe(false);
});
