import { isDiskless } from "../../plan/tenant.ts";
import { MACHINES, volumesOf } from "../../plan/quobyte-volumes.ts";
import type { TenantRule, Violation } from "../rule.ts";
import { oneOf, own } from "../walk.ts";

const common = { kind: "tenant", severity: "error" } as const;

/** Paths of rules begin below their kind. */
const below = (because: string, ...more: readonly (string | number)[]): string =>
  [because.replace(/^tenant\./, ""), ...more.map((one) => (typeof one === "number" ? `[${one}]` : `.${one}`))].join("");

export const tenantQuobyteVolumes: TenantRule = {
  ...common,
  id: "tenant-quobyte-volumes",
  requirements: ["DIGIMED-9", "DIGIMED-11", "DIGIMED-16", "C4H-5"],
  why: "a volume without Manila is one data set of one area, and open to that area's own networks alone",
  check({ config }) {
    const seen = new Map<string, string>();
    return volumesOf(config).flatMap(({ cluster, area, name, volume, because }): readonly Violation[] => {
      const at = below(because);
      const granted = own(config.areas, area);
      if (granted === undefined)
        return [
          {
            path: at,
            what: "the tenant has no such area",
            found: area,
            allowed: oneOf(Object.keys(config.areas)),
            next: "correct the area before the slash, or grant it",
          },
        ];
      const benches = Object.keys(granted.benches);
      const other = seen.get(`${area}/${name}`);
      seen.set(`${area}/${name}`, cluster);
      return [
        ...(isDiskless(config, area)
          ? [
              {
                path: at,
                what: "a volume is granted where sharedStorage is none",
                found: `${area}/${name}`,
                next: "take it out, or remove sharedStorage",
              },
            ]
          : []),
        ...(other === undefined
          ? []
          : [
              {
                path: at,
                what: `the data set ${area}/${name} lies on the cluster ${other} already`,
                found: cluster,
                next: "give one of the two another name",
              },
            ]),
        ...Object.keys(volume.access)
          .filter((partner) => !benches.includes(partner))
          .map((partner) => ({
            path: below(because, "access", partner),
            what: `this partner has no bench in the area ${area} from which it could use the volume`,
            found: partner,
            allowed: oneOf(benches),
            next: "correct the name, or grant a bench",
          })),
      ];
    });
  },
};

export const tenantQuobyteWays: TenantRule = {
  ...common,
  id: "tenant-quobyte-ways",
  requirements: ["DIGIMED-10", "DIGIMED-16"],
  why: "a way to a volume that leads nobody there, or of which nobody said whom, is a mistake",
  check({ config }) {
    return volumesOf(config).flatMap(({ volume, because }): readonly Violation[] => {
      const { by, machines, access, certificates, owner } = volume;
      if (machines === "none" && Object.keys(access).length === 0)
        return [
          {
            path: below(because),
            what: "nobody may use this volume",
            found: "machines: none, no access",
            next: "write machines: read or write, or access with a partner",
          },
        ];
      const { user, group, groupMay } = owner;
      const isRoots = user === "root" && (group === "root" || groupMay === "none");
      const unusable = !(by.includes("client") && isRoots)
        ? []
        : [
            {
              path: below(because, "owner"),
              what: "Quobyte's client acts without root's rights here, and the root directory is root's alone",
              found: `${user}, group ${group}, groupMay: ${groupMay}`,
              next: "name the user who works in it, or a group and what it may: later it cannot be changed",
            },
          ];
      if (by.includes("client") === certificates.length > 0) return unusable;
      return [
        ...unusable,
        by.includes("client")
          ? {
              path: below(because, "by"),
              what: "Quobyte's client shall mount this volume, and no certificate is named",
              found: by.join(", "),
              next: "add the client's certificate to the cluster and its fingerprint to certificates, or mount by nfs",
            }
          : {
              path: below(because, "certificates"),
              what: "certificates are named, and Quobyte's client shall not mount this volume",
              found: by.join(", "),
              next: "write by: [client], or take the certificates out",
            },
      ];
    });
  },
};

export const tenantQuobyteCertificates: TenantRule = {
  ...common,
  id: "tenant-quobyte-certificates",
  requirements: ["DIGIMED-3", "DIGIMED-10", "DIGIMED-16"],
  why: "a certificate is good from one network alone, for what may be used from there",
  check({ config }) {
    const places = new Map<string, string>();
    return volumesOf(config).flatMap(({ cluster, area, volume, because }) =>
      volume.certificates.flatMap(({ fingerprint, of }, index): readonly Violation[] => {
        const at = below(because, "certificates", index);
        const users = [...(volume.machines === "none" ? [] : [MACHINES]), ...Object.keys(volume.access)];
        if (!users.includes(of))
          return [
            {
              path: `${at}.of`,
              what: "who has this certificate may not use the volume",
              found: of,
              allowed: oneOf(users),
              next: "correct it, or give the right by machines or access",
            },
          ];
        const place = `${area}/${of}`;
        const key = `${cluster} ${fingerprint}`;
        const other = places.get(key);
        const here = volume.certificates.findIndex((one) => one.fingerprint === fingerprint) !== index;
        places.set(key, place);
        if ((other === undefined || other === place) && !here) return [];
        return [
          {
            path: `${at}.fingerprint`,
            what: here ? "this certificate stands here twice" : `this certificate is that of ${other} already`,
            found: fingerprint,
            next: here ? "take one out" : "give each place a certificate of its own",
          },
        ];
      }),
    );
  },
};
