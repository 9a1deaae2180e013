import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import type { AuthorityCall } from "../../resource.ts";
import { defineAuthorityKind, sortedSet, stable } from "../../resource.ts";
import type { Props } from "../../wire.ts";

/** A path or a name in OpenBao, as far as we use them. */
export const place = (what: string): z.ZodString =>
  z
    .string(`must be ${what}`)
    .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, `must be ${what}: lower-case letters, digits, - and _`);

const inputs = z.object({
  /** Where the PKI engine is mounted. */
  mount: place("the mount of a PKI engine"),
  name: place("the role's name"),
  /** Certificates are for names below these. */
  domains: z.array(z.string().min(3).max(253)).min(1, "must name at least one domain").transform(sortedSet),
  /** Longest life of a certificate, in seconds. */
  maxTtl: z
    .int("must be whole seconds")
    .min(60)
    .max(7 * 86_400, "must be 7 days at most"),
});
type Inputs = z.infer<typeof inputs>;

/**
 * Every field of a role that opens something, closed (OpenBao, PKI secrets engine, Create/Update Role). Several are open where they are
 * left out: wildcards, localhost, addresses, certificates for servers, keys of RSA with 2048 bits.
 */
const CLOSED = {
  allow_subdomains: true,
  allow_bare_domains: false,
  allow_glob_domains: false,
  allow_wildcard_certificates: false,
  allow_any_name: false,
  allow_localhost: false,
  allow_ip_sans: false,
  allowed_domains_template: false,
  allowed_uri_sans: [],
  allowed_other_sans: [],
  allowed_user_ids: [],
  enforce_hostnames: true,
  require_cn: true,
  server_flag: false,
  client_flag: true,
  code_signing_flag: false,
  email_protection_flag: false,
  key_type: "ec",
  key_bits: 256,
  key_usage: ["DigitalSignature"],
  ext_key_usage: [],
  ext_key_usage_oids: [],
  basic_constraints_valid_for_non_ca: false,
  generate_lease: false,
  not_after: "",
} as const;

const bodyOf = ({ domains, maxTtl }: Inputs): Record<string, unknown> => ({
  ...CLOSED,
  allowed_domains: domains,
  max_ttl: maxTtl,
  ttl: maxTtl,
});

const liveSchema = z.looseObject({
  allowed_domains: z.array(z.string()).nullable(),
  max_ttl: z.number(),
  ttl: z.number(),
});
type Live = z.infer<typeof liveSchema>;

const pathOf = ({ mount, name }: Pick<Inputs, "mount" | "name">): string => `${mount}/roles/${name}`;
const say = ({ mount, name }: Pick<Inputs, "mount" | "name">): string => `role ${name} of ${mount}`;
const inputsOf = (id: string): { mount: string; name: string } => {
  const [mount = "", name = ""] = id.split("/");
  return { mount, name };
};

/** Fields that somebody opened, by name; an empty list and none are one. */
const openedIn = (live: Live): string =>
  Object.entries(CLOSED)
    .filter(([key, value]) => stable(live[key] ?? (Array.isArray(value) ? [] : undefined)) !== stable(value))
    .map(([key]) => key)
    .join(", ");

async function find({ authority }: AuthorityCall, at: { mount: string; name: string }): Promise<Live | undefined> {
  const data = await authority.read(pathOf(at), `read ${say(at)}`);
  if (data === undefined) return undefined;
  const result = liveSchema.safeParse(data);
  if (result.success) return result.data;
  throw new UserError({ what: `${say(at)} is none of a PKI engine`, next: "name the mount of a PKI engine" });
}

const write = ({ authority }: AuthorityCall, wanted: Inputs): Promise<void> =>
  authority.write(pathOf(wanted), bodyOf(wanted), `write ${say(wanted)}`);

const asInputs = (at: { mount: string; name: string }, live: Live): Props => ({
  ...at,
  domains: sortedSet(live.allowed_domains ?? []),
  maxTtl: live.max_ttl,
  opened: [openedIn(live), live.ttl === live.max_ttl ? "" : "ttl"].filter((name) => name !== "").join(", "),
});

/** For whom an authority signs certificates of clients, and for how long at most. It signs none itself. */
export const pkiRole = defineAuthorityKind({
  module: "pki",
  name: "Role",
  summary: "A role of an OpenBao PKI engine: client certificates for names below its domains, each for a short time.",
  inputs,
  outputs: {
    opened: {
      type: "string",
      description: "Fields that somebody else opened, joined by commas; the next up closes them.",
    },
  },
  replaceOn: ["mount", "name"],
  extraDiff: ({ opened }) => ({ changes: opened !== undefined && opened !== "" ? ["opened"] : [], replaces: [] }),
  create: async (call, wanted) => {
    const live = await find(call, wanted);
    const { opened, ...found } = live === undefined ? {} : asInputs(wanted, live);
    // What an interrupted run wrote is equal to what is wanted; anything else is somebody's.
    if (live !== undefined && (opened !== "" || stable(found) !== stable(wanted)))
      throw new UserError({
        what: `cannot make ${say(wanted)}: there is another one of that name`,
        why: "this stack did not make it, and who uses it would get other certificates",
        next: `find out whose it is, then remove it (\`bao delete ${pathOf(wanted)}\`)`,
      });
    await write(call, wanted);
    return { id: `${wanted.mount}/${wanted.name}`, outs: { opened: "" } };
  },
  read: async (call, id) => {
    const at = inputsOf(id);
    const live = await find(call, at);
    return live && asInputs(at, live);
  },
  update: async (call, _id, wanted) => {
    await write(call, wanted);
    return { opened: "" };
  },
  delete: async ({ authority }, id) => authority.remove(pathOf(inputsOf(id)), `delete ${say(inputsOf(id))}`),
});
