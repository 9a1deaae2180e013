import type { ZoneRule } from "../rule.ts";
import { machinesOf, pathTo } from "../walk.ts";

const SECRETS = [
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, word: "a private key" },
  { pattern: /^\s*(?:-\s*)?["']?(?:password|passwd|hashed_passwd|plain_text_passwd)["']?\s*:/im, word: "a password" },
  { pattern: /\bgAAAA[A-Za-z0-9_-]{40,}/, word: "a Keystone token" },
] as const;

export const userDataSecret: ZoneRule = {
  id: "user-data-secret",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-6"],
  why: "the operator and every process on the machine can read user data",
  check({ config }) {
    return machinesOf(config).flatMap(({ machines, path }) => {
      const secret = SECRETS.find(({ pattern }) => pattern.test(machines.userData ?? ""));
      if (secret === undefined) return [];
      return [
        {
          path: pathTo(path, "userData"),
          what: `the user data holds ${secret.word}`,
          next: "replace the secret, it is known now, and fetch the new one inside the machine from the key manager",
        },
      ];
    });
  },
};
