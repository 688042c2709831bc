import { expect, it } from 'vitest';
import { createPlaces, type KnownPlace } from './places.ts';

const at = (offset: number): KnownPlace => ({
  offset,
  place: { processedAt: new Date(offset), id: `id-${offset}` },
});

it('knows the nearest row before a page, whatever the order they were met in', () => {
  const places = createPlaces();
  expect(places.before(1_000)).toBeNull();
  for (const offset of [200, 50, 100, 100]) places.note(at(offset));
  expect(places.before(49)).toBeNull();
  expect(places.before(50)).toEqual(at(50));
  expect(places.before(199)).toEqual(at(100));
  expect(places.before(10_000)).toEqual(at(200));
});

it('stays within its bounds, and near to every page', () => {
  const places = createPlaces();
  for (let offset = 50; offset <= 50 * 5_000; offset += 50) places.note(at(offset));
  const nearest = places.before(50 * 2_500)?.offset ?? 0;
  expect(50 * 2_500 - nearest).toBeLessThan(50 * 20);
});
