import { defineConfig } from "vitest/config";
import { TEMPORARY } from "./tests/unit/leftovers.ts";

/** One project a layer, each run alone by `npm run test:unit` and its like. */
const layer = (name: string, timeout: number, options: object = {}) => ({
  test: { name, include: [`tests/${name}/**/*.test.ts`], testTimeout: timeout, hookTimeout: timeout, ...options },
});

export default defineConfig({
  test: {
    projects: [
      // Their files share no state: without a world for each file, they take half the time.
      layer("unit", 20_000, {
        ...{ isolate: false, maxWorkers: 2 },
        ...{ env: { TMPDIR: TEMPORARY }, globalSetup: ["tests/unit/leftovers.ts"] },
      }),
      layer("property", 30_000),
      layer("mocks", 30_000),
      layer("policies", 20_000),
      layer("engine", 600_000, { fileParallelism: false, maxWorkers: 1 }),
      layer("e2e", 600_000, { fileParallelism: false, sequence: { concurrent: false }, maxWorkers: 1 }),
      layer("long", 3_600_000, { fileParallelism: false, maxWorkers: 1 }),
    ],
  },
});
