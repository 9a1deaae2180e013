/**
 * Files whose schemas nobody else imports, and the file of tests that throws its cases at the boundary behind which they stand. A file
 * with zod that is neither here nor exports what `samples.ts` knows fails the run: none is forgotten.
 */
export const INSIDE: Readonly<Record<string, string>> = {
  "attestation/release/request.ts": "fuzz-release.test.ts",
  "authority/client.ts": "fuzz-clients.test.ts",
  "authority/entries.ts": "fuzz-keys.test.ts",
  // It prints schemas; their exports are thrown at by name.
  "config/json-schema.ts": "fuzz-schemas.test.ts",
  "openstack/clouds-file.ts": "fuzz.test.ts",
  "openstack/clouds-text.ts": "fuzz.test.ts",
  "openstack/token.ts": "fuzz-clients.test.ts",
  "provider/check.ts": "fuzz-provider.test.ts",
  "provider/lookup.ts": "fuzz-schemas.test.ts",
  "provider/schema.ts": "fuzz-provider.test.ts",
  "quobyte/clusters-text.ts": "fuzz-texts.test.ts",
  "quobyte/contract/exports.ts": "fuzz-schemas.test.ts",
  "quobyte/contract/loose.ts": "fuzz-clients.test.ts",
  "quobyte/contract/system.ts": "fuzz-schemas.test.ts",
  "scripts/commands/plan-file.ts": "fuzz-texts.test.ts",
  "scripts/release/config.ts": "fuzz-release.test.ts",
  // The simulator, which the one-machine cloud starts with a file that it wrote itself.
  "scripts/devcloud/quobyte/main.ts": "fuzz-clients.test.ts",
  "scripts/devcloud/quobyte/rpc.ts": "fuzz-clients.test.ts",
};

/** Inputs of kinds: each goes through `fuzz-provider.test.ts`, which takes every kind that there is. */
export const KINDS_DIRECTORY = "provider/resources/";
