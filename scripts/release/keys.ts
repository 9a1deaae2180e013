import { AmdRoots, type TrustRoots } from "../../attestation/roots.ts";
import type { Granted } from "../../attestation/release/index.ts";
import { UserError } from "../../config/problem.ts";
import { Session } from "../../openstack/index.ts";

/**
 * Where keys lie. It takes the grant itself, with the roots that it rests on: one that holds real keys is a `KeySource<AmdRoots>`, and no
 * grant by other roots is of its type.
 */
export interface KeySource<Roots extends TrustRoots> {
  /** The 32 bytes of the key, read for this release; the caller overwrites them. */
  readonly read: (granted: Granted<Roots>) => Promise<Buffer>;
}

/** Study keys in Barbican, read at the time of a release by an entry of clouds.yaml that stands on their lists, and kept nowhere. */
export function barbicanKeys(
  cloud: string | undefined,
  note: (line: string) => void,
  env: Readonly<Record<string, string | undefined>>,
): KeySource<AmdRoots> {
  return {
    read: async ({ secret, verdict }) => {
      // Types are gone at run time; this is not.
      if (!AmdRoots.is(verdict.roots)) throw new Error("a grant that does not rest on AMD's roots");
      const session = await Session.open(cloud, { warn: note }, env);
      let chunks: Buffer[] = [];
      try {
        await session.request("key-manager", "GET", `/secrets/${secret}/payload`, {
          accept: "application/octet-stream",
          what: `read secret ${secret}`,
          next: "the service's user must stand on the key's list (`services` or `persons`), and the key must not be over",
          sink: () => {
            chunks = [];
            return (chunk) => void chunks.push(Buffer.from(chunk));
          },
        });
        const key = Buffer.concat(chunks);
        if (key.length === 32) return key;
        key.fill(0);
        throw new UserError({ what: `secret ${secret} is no key of a study`, allowed: "32 bytes: AES-256" });
      } finally {
        for (const chunk of chunks) chunk.fill(0);
        session.close();
      }
    },
  };
}
