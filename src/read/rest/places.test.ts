import { expect, it } from 'vitest';
import { createPlaces, type KnownPlace } from './places.ts';

const at = (offset: number): KnownPlace => ({
  offset,
  place: { processedAt: new Date(offset), id: `id-${offset}` },
});

it('knows the nearest row before a page, whatever the order they were met in', () => {
  const memory = createPlaces().of(1, 'all');
  expect(memory.before(1_000)).toBeNull();
  for (const offset of [200, 50, 100, 100]) memory.note(at(offset));
  expect(memory.before(49)).toBeNull();
  expect(memory.before(50)).toEqual(at(50));
  expect(memory.before(199)).toEqual(at(100));
  expect(memory.before(10_000)).toEqual(at(200));
});

it('keeps filters apart, and forgets all of them with another version', () => {
  const places = createPlaces();
  places.of(1, 'a').note(at(50));
  expect(places.of(1, 'b').before(50)).toBeNull();
  expect(places.of(1, 'a').before(50)).toEqual(at(50));
  expect(places.of(2, 'a').before(50)).toBeNull();
});

it('is not told anything by a session that began before the last commit', () => {
  const places = createPlaces();
  places.of(2, 'a');
  places.of(1, 'a').note(at(50));
  expect(places.of(2, 'a').before(50)).toBeNull();
});

it('stays within its bounds, and near to every page', () => {
  const places = createPlaces();
  const memory = places.of(1, 'long');
  for (let offset = 50; offset <= 50 * 5_000; offset += 50) memory.note(at(offset));
  const nearest = memory.before(50 * 2_500)?.offset ?? 0;
  expect(50 * 2_500 - nearest).toBeLessThan(50 * 20);
  for (let n = 0; n < 300; n += 1) places.of(1, `filter ${n}`);
  expect(places.of(1, 'long').before(1_000)).toBeNull();
});
