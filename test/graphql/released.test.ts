import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildCoinlogSchema } from '../../src/api/graphql/schema.ts';
import { breakingChanges, dangerousChanges } from './schema-changes.ts';

const text = readFileSync(join(import.meta.dirname, 'released.graphql'), 'utf8');
const released = buildSchema(text);

const whatToDo = `
Keep what was there, and add the new beside it: deprecationReason on the old one says what to take instead.
Where clients must change, it is for a release: say in CHANGELOG.md what breaks and what to do, and with the release
  cp schema.graphql test/graphql/released.graphql`;

const current = buildCoinlogSchema();
const surprises = dangerousChanges(released, current);
// They break nobody who reads with care, so that they are told and no failure.
if (surprises.length > 0)
  process.stderr.write(
    `the schema since the last release may surprise clients:\n  ${surprises.join('\n  ')}\n`,
  );

it('the schema breaks no client of the last release', () => {
  const changes = breakingChanges(released, current);
  expect(changes, `Clients of the last release break:\n  ${changes.join('\n  ')}\n${whatToDo}`).toEqual([]);
});

/** The released schema with one text in place of another. */
function altered(from: string, to: string) {
  expect(text).toContain(from);
  return buildSchema(text.replaceAll(from, to));
}

describe('a change that breaks clients is found:', () => {
  it.each([
    ['a field that is gone', 'asOfVersion: SafeInt\n', 'version: SafeInt\n', 'Coin.asOfVersion'],
    ['a type that is gone', 'RunError', 'RunFailure', 'RunError was removed'],
    ['a field that may be null now', 'method: LinkMethod!', 'method: LinkMethod', 'IdentityLink.method'],
    ['a field of another type', 'price: Float', 'price: Decimal', 'Quote.price'],
    ['a value that is gone', '  NO_PRICE\n', '  UNPRICED\n', 'NO_PRICE'],
    [
      'an argument that must be given',
      'name: String!\n  ): Source',
      'name: String!\n    at: DateTime!\n  ): Source',
      'at',
    ],
    ['a default that is gone', 'hours: Int! = 168', 'hours: Int!', 'Coin.sparkline(hours:)'],
    [
      'an input that must be given',
      'direction: OrderDirection! = ASC',
      'direction: OrderDirection!',
      'CoinOrder.direction',
    ],
    ['an interface that is left', 'type Coin implements Node {', 'type Coin {', 'Node'],
  ])('%s', (_what, from, to, named) => {
    expect(breakingChanges(released, altered(from, to)).join('\n')).toContain(named);
  });
});

describe('a change that breaks nobody', () => {
  it('is none: a new field', () => {
    const changed = altered('asOfVersion: SafeInt\n', 'asOfVersion: SafeInt\n  """New."""\n  more: String\n');
    expect(breakingChanges(released, changed)).toEqual([]);
    expect(dangerousChanges(released, changed)).toEqual([]);
  });

  it.each([
    ['a new value of an enum', '  NO_PRICE\n', '  NO_PRICE\n  """New."""\n  FORGED\n', 'FORGED'],
    ['another default of an argument', 'hours: Int! = 168', 'hours: Int! = 24', 'hours'],
    ['another default of an input', 'OrderDirection! = ASC', 'OrderDirection! = DESC', 'CoinOrder.direction'],
  ])('and may surprise one is told: %s', (_what, from, to, named) => {
    const changed = altered(from, to);
    expect(breakingChanges(released, changed)).toEqual([]);
    expect(dangerousChanges(released, changed).join('\n')).toContain(named);
  });
});
