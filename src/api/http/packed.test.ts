import * as fc from 'fast-check';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createPackable, packAtOnceBytes, packFromBytes } from './packed.ts';

const unpack = { gzip: gunzipSync, br: brotliDecompressSync };

it('a text that is kept is packed once in each way, and is what it was when it is unpacked', () => {
  const text = fc.string({ unit: 'grapheme', minLength: packFromBytes, maxLength: 3 * packFromBytes });
  fc.assert(
    fc.property(text, fc.constantFrom('gzip', 'br'), (kept, encoding) => {
      const packable = createPackable(kept);
      const packed = packable?.packed(encoding) ?? Buffer.alloc(0);
      expect(unpack[encoding](packed).toString()).toBe(Buffer.from(kept).toString());
      expect(packable?.packed(encoding)).toBe(packed);
    }),
    { numRuns: 50 },
  );
});

it('what is small or large is not packed while others wait', () => {
  for (const length of [packFromBytes - 1, packAtOnceBytes + 1])
    expect(createPackable('x'.repeat(length))).toBeNull();
});
