import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    globalSetup: ['test/support/global-setup.ts'],
    // Two cores: more files at once only wait for each other.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Vitest otherwise loads graphql twice, once as ESM and once as CJS, and type-graphql refuses the other's schema.
    server: { deps: { inline: ['type-graphql', 'graphql', 'graphql-scalars'] } },
  },
  resolve: { dedupe: ['graphql'] },
});
