import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // A page's style is text like any other: without this it would be empty.
    css: true,
    globalSetup: ['test/support/build.ts'],
  },
})
