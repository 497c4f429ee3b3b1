/** What `npm test` runs. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    globalSetup: ['packages/keyturn/test/servers/announce.ts'],
    testTimeout: 20_000,
    // Starting a real server on a busy machine takes its time.
    hookTimeout: 90_000,
    unstubEnvs: true,
    restoreMocks: true,
  },
});
