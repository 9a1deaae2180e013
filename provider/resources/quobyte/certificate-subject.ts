import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { orAbsent, type Result } from "../../../quobyte/client.ts";
import { canonicalCidr, cidr } from "../../fields.ts";
import type { ClusterCall } from "../../resource.ts";
import { defineClusterKind, sortedSet } from "../../resource.ts";
import type { Props } from "../../wire.ts";

const text = z.string("must be a text").min(1).max(255);
const subject = z.strictObject({
  tenantId: text,
  /** Left out: every volume of the tenant. */
  volumeId: text.optional(),
  /** Left out: every user. */
  user: text.optional(),
  groups: z.array(text).default([]).transform(sortedSet),
  readOnly: z.boolean().default(false),
  /** root and the like are treated as ordinary users. */
  noPrivilegedAccess: z.boolean().default(true),
});

const inputs = z.object({
  /** Of a certificate that the cluster knows. */
  fingerprint: text,
  services: z
    .array(z.enum(["CLIENT", "NFS_PROXY", "S3_PROXY"], "must be CLIENT, NFS_PROXY or S3_PROXY"))
    .min(1, "must name a service: without one a certificate is good for all")
    .transform(sortedSet),
  hosts: z
    .array(cidr)
    .min(1, "must name a network: without one a certificate is good from anywhere")
    .transform(sortedSet),
  /** The first that matches is taken, so their order counts. */
  subjects: z.array(subject).min(1, "must name a tenant: without one a certificate is good for all"),
  /** With the resource the certificate ends as well: it is good from no address then. Without it its restrictions stay as they are. */
  close: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;
type Live = NonNullable<Result<"getCertificateSubject">["subject"]>;

const toLive = ({ services, hosts, subjects }: Inputs) => ({
  service_type: services,
  restrict_to_hosts: hosts,
  restrict_to_subjects: subjects.map(({ tenantId, volumeId, user, groups, readOnly, noPrivilegedAccess }) => ({
    tenant: tenantId,
    ...(volumeId !== undefined && { volume: volumeId }),
    ...(user !== undefined && { user }),
    groups,
    read_only: readOnly,
    no_privileged_access: noPrivilegedAccess,
  })),
});

const fromLive = ({ service_type: services, restrict_to_hosts: hosts, restrict_to_subjects: subjects }: Live) => ({
  services: sortedSet(services ?? []),
  hosts: sortedSet((hosts ?? []).map((host) => canonicalCidr(host) ?? host)),
  subjects: (subjects ?? []).map((one) => ({
    tenantId: one.tenant ?? "",
    ...(one.volume ? { volumeId: one.volume } : {}),
    ...(one.user ? { user: one.user } : {}),
    groups: sortedSet(one.groups ?? []),
    readOnly: one.read_only === true,
    noPrivilegedAccess: one.no_privileged_access === true,
  })),
});

async function find({ cluster }: ClusterCall, fingerprint: string): Promise<Live | undefined> {
  const what = `read the restrictions of certificate ${fingerprint}`;
  return (await orAbsent(cluster.call("getCertificateSubject", { fingerprint }, what)))?.subject;
}

/** An address that no client has. A revocation could not be taken back where a run stops half way, and taking out may be a mistake. */
const NOBODY = "255.255.255.255/32";

/** A certificate that somebody restricted to other tenants serves somebody else: narrowed to ours it would shut him out. */
async function refuseForeign(call: ClusterCall, { fingerprint, subjects }: Inputs): Promise<void> {
  const ours = new Set(subjects.map(({ tenantId }) => tenantId));
  const named = (await find(call, fingerprint))?.restrict_to_subjects ?? [];
  const others = named.flatMap(({ tenant }) => (tenant === undefined || ours.has(tenant) ? [] : [tenant]));
  if (others.length === 0) return;
  throw new UserError({
    what: `certificate ${fingerprint} is restricted to other tenants already`,
    found: sortedSet(others).join(", "),
    why: "it serves somebody else, and all of its restrictions would be ours from now on",
    next: "take a certificate of its own, or import this one by its fingerprint",
  });
}

async function set({ cluster }: ClusterCall, wanted: Inputs): Promise<void> {
  const { fingerprint } = wanted;
  const what = `restrict certificate ${fingerprint}`;
  const done = await orAbsent(cluster.call("setCertificateSubject", { fingerprint, subject: toLive(wanted) }, what));
  if (done !== undefined) return;
  throw new UserError({
    what: `cannot ${what}: Quobyte knows no such certificate`,
    next: "add it to the cluster (`addCertificate`), then take the fingerprint from there",
  });
}

/** What a client's certificate may be used for: from where, and for which tenants and volumes. */
export const certificateSubject = defineClusterKind({
  module: "quobyte",
  name: "CertificateSubject",
  summary:
    "All restrictions of an X.509 certificate of a Quobyte cluster. Delete leaves them, or closes it: without them it would be good for all.",
  inputs,
  replaceOn: ["fingerprint"],
  ordered: ["subjects"],
  create: async (call, wanted) => {
    await refuseForeign(call, wanted);
    await set(call, wanted);
    return { id: wanted.fingerprint };
  },
  read: async (call, fingerprint, state): Promise<Props | undefined> => {
    const live = await find(call, fingerprint);
    return live && { fingerprint, ...fromLive(live), close: state.close === true };
  },
  update: async (call, _fingerprint, wanted) => {
    await set(call, wanted);
    return undefined;
  },
  delete: async (call, fingerprint, state) => {
    if (state.close !== true) return;
    const live = await find(call, fingerprint);
    if (live === undefined) return;
    const subject = {
      service_type: ["CLIENT" as const],
      restrict_to_hosts: [NOBODY],
      restrict_to_subjects: live.restrict_to_subjects ?? [],
    };
    const what = `close certificate ${fingerprint}`;
    await orAbsent(call.cluster.call("setCertificateSubject", { fingerprint, subject }, what));
  },
});
