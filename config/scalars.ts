// eslint-disable-next-line no-restricted-imports -- two pure parsers; nothing of it opens a connection
import { isIPv4, isIPv6 } from "node:net";
import * as z from "zod";
import { dayOf } from "./day.ts";

const pattern = (regex: RegExp, allowed: string) => z.string().regex(regex, { error: `allowed: ${allowed}` });

/** Name of a zone: it becomes the Keystone domain and the prefix of every name (`<zone>-<area>`), so it stays short. */
export const zoneName = pattern(
  /^[a-z][a-z0-9]{1,19}$/,
  "2 to 20 lower-case letters and digits, a letter first, such as digimed",
).describe("Name of the zone; domain and prefix of all names in the cloud.");

/** Key of an area, bench, partner, machine group or data set: part of names in the cloud and of Pulumi names. */
export const key = pattern(
  /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,29}$/,
  "1 to 30 lower-case letters, digits and single hyphens, a letter first, such as heart-centre",
);

/** A name that OpenStack shows to people: flavor, image, type, region. No control characters, no leading or trailing space. */
export const openstackName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^(?!\s)[^\p{Cc}]*(?<!\s)$/u, {
    error: "allowed: 1 to 255 printable characters without a space at either end",
  });

/** Name of a compute host, as `openstack compute service list` shows it. */
export const hostName = pattern(
  /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$/,
  "the name of a compute host, such as compute-07.example.org",
).describe("Name of a compute host.");

/** Entry of a clouds.yaml. */
export const cloudEntry = pattern(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
  "the name of an entry in clouds.yaml, such as my-cloud",
);

/** SHA-512 of an image's file, as Glance keeps it. */
export const sha512 = pattern(/^[0-9a-f]{128}$/, "128 hexadecimal digits");

/** Keystone, Nova and Glance ids: UUID with or without hyphens, or a flavor's own id. */
export const cloudId = pattern(/^[A-Za-z0-9-]{1,64}$/, "the id of an object in the cloud");

/** 802.1Q VLAN id. */
export const vlanId = z
  .int()
  .min(1, { error: "allowed: 1 to 4094 (IEEE 802.1Q)" })
  .max(4094, { error: "allowed: 1 to 4094 (IEEE 802.1Q)" });

function isCidr(text: string, version: 4 | 6): boolean {
  const [address, length, ...rest] = text.split("/");
  if (address === undefined || length === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  const valid = version === 4 ? isIPv4(address) : isIPv6(address) && !address.includes("%");
  return valid && Number(length) <= (version === 4 ? 32 : 128);
}

export const cidr4 = z
  .string()
  .refine((text) => isCidr(text, 4), { error: "allowed: an IPv4 network such as 10.8.0.0/20" });
export const cidr6 = z
  .string()
  .refine((text) => isCidr(text, 6), { error: "allowed: an IPv6 network such as fd00:8::/48" });

/** A network of either version. */
export const cidr = z.string().refine((text) => isCidr(text, 4) || isCidr(text, 6), {
  error: "allowed: a network such as 192.168.40.0/24 or fd40::/64",
});

const UNITS: Readonly<Record<string, number>> = { GiB: 1, TiB: 1024, PiB: 1024 * 1024 };

/** A size with its unit, binary units only: Cinder, Manila and Nova count in GiB. `GB` is refused because it would be guessed at. */
export const size = pattern(
  /^[1-9]\d{0,8} (GiB|TiB|PiB)$/,
  "a whole number and a binary unit, such as 16 GiB or 2 TiB",
).describe("A size such as 16 GiB, 2 TiB or 1 PiB.");

/** A directory of a guest below which a share is mounted: never one that the guest itself needs. */
export const mountDirectory = pattern(
  /^\/(?:srv|mnt|data|media|home|opt)(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,62}){1,6}$/,
  "a directory below /srv, /mnt, /data, /media, /home or /opt, such as /data/cohort",
).describe("A directory below /srv, /mnt, /data, /media, /home or /opt.");

/** What the storage makes of the user ids that NFS clients send: nothing, root becomes nobody, everybody becomes nobody. */
export const squash = z.enum(["none", "root", "all"]);

/**
 * What encrypts the way between a file storage and the machines that mount from it: nothing; client and server themselves; or what lies
 * below them, such as IPsec between hosts or MACsec on links.
 */
export const transit = z.enum(["none", "client", "below"]);
export type Transit = z.infer<typeof transit>;

/** How often at most, in whole hours or days. */
export const interval = pattern(/^[1-9]\d{0,2} (?:hours?|days?)$/, "hours or days, such as 12 hours, 1 day or 7 days");

/** Milliseconds of an {@link interval}. */
export const intervalMs = (text: string): number =>
  Number(text.split(" ")[0]) * (text.includes("hour") ? 3_600_000 : 86_400_000);

/** A size in GiB. */
export function gibibytes(text: string): number {
  const [count, unit] = text.split(" ");
  return Number(count) * (UNITS[unit ?? ""] ?? Number.NaN);
}

/** The last day on which something holds. Pulumi rewrites a date scalar as `2027-01-31 00:00:00 +0000 UTC`: both are one date. */
export const date = z
  .union([z.string(), z.date()])
  .transform((value, context) => {
    const text = value instanceof Date ? dayOf(value) : value.replace(/[T ]00:00:00(\.0+)?( ?\+0000 UTC|Z)$/, "");
    const parsed = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
    if (Number.isNaN(parsed.getTime()) || dayOf(parsed) !== text) {
      context.addIssue({ code: "custom", message: "allowed: a day such as 2027-12-31", input: value });
      return z.NEVER;
    }
    return text;
  })
  .meta({ format: "date" })
  .describe("A day as YYYY-MM-DD, UTC.");

/** Last millisecond of a {@link moment}, as Date.parse counts: a day holds to its end, UTC. */
export const endOf = (text: string): number =>
  text.length === 10 ? Date.parse(`${text}T23:59:59.999Z`) : Date.parse(text);

/** A day, or a point in time in UTC. A day may come back from Pulumi in its other spelling; a point stands in quotes and does not. */
export const moment = z
  .union([z.string(), z.date()])
  .transform((value, context) => {
    const given = value instanceof Date ? value.toISOString().slice(0, 10) : value.replace(/ 00:00:00 \+0000 UTC$/, "");
    const [, day = "", time] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)Z)?$/.exec(given) ?? [];
    const text = time === undefined ? day : `${day}T${time.padEnd(8, ":00")}Z`;
    const parsed = new Date(time === undefined ? `${day}T00:00:00Z` : text);
    if (Number.isNaN(parsed.getTime()) || day === "" || !parsed.toISOString().startsWith(text.slice(0, 19))) {
      const message =
        'allowed: a day such as 2027-12-31, or a point in time in UTC and in quotes, "2027-12-31T18:00:00Z"';
      context.addIssue({ code: "custom", message, input: value });
      return z.NEVER;
    }
    return text;
  })
  .meta({ format: "date" })
  .describe(
    "A day as YYYY-MM-DD, which holds to its end, or in quotes a point in time as YYYY-MM-DDTHH:MM:SSZ; both UTC.",
  );

/** `5432/tcp`, `6000-6010/udp`, `icmp`. */
export const portRange = z
  .string()
  .refine(
    (text) => {
      if (text === "icmp") return true;
      const match = /^(\d{1,5})(?:-(\d{1,5}))?\/(tcp|udp)$/.exec(text);
      if (!match) return false;
      const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
      return from >= 1 && to <= 65535 && from <= to;
    },
    { error: "allowed: a port with its protocol such as 5432/tcp, a range such as 6000-6010/udp, or icmp" },
  )
  .describe("Port and protocol of a flow.");

/** Memory encryption of a machine (Nova `hw:mem_encryption_model`, 2026.2). */
export const memoryEncryption = z
  .enum(["none", "sev", "sev-es", "sev-snp"])
  .describe("Memory encryption: none, sev, sev-es or sev-snp. A confidential zone takes sev-snp only.");
export type MemoryEncryption = z.infer<typeof memoryEncryption>;

/** Defaults of a zone, from the most open to the most closed. */
export const preset = z
  .enum(["open", "guarded", "isolated", "confidential"])
  .describe("Defaults of a zone, from the most open to the most closed.");
export type Preset = z.infer<typeof preset>;

export const places = z
  .strictObject({
    region: openstackName.describe("The one region that the data may be in."),
    zones: z
      .array(openstackName)
      .min(1)
      .describe("Availability zones that data and machines may be in; the first is used."),
  })
  .describe("Where the data may be (DIGIMED-17).");

/** How data ends when it is deleted: which driver can do it, says plan/storage/capabilities.ts. */
export const erasure = z
  .enum(["cryptoShred", "overwriteZero", "overwriteRandom", "deleteOnly"])
  .describe(
    "How data ends when it is deleted: its key is destroyed first, it is overwritten, or the service deletes it and nothing more. Refused where the driver cannot. Default: cryptoShred for what has a key of its own, else deleteOnly.",
  );
export type Erasure = z.infer<typeof erasure>;

/** What the operator says that a backend does to what is deleted from it. */
export const overwrite = z.enum(["zero", "random"]);

/** What the operator says of the local disks on the hosts of a flavor: no API shows it, traits of the hosts repeat it. */
export const localDisk = z.strictObject({
  encrypted: z
    .enum(["host-lvm"])
    .describe(
      "`host-lvm`: nova.conf has `images_type=lvm` and `[ephemeral_storage_encryption] enabled`, a key in Barbican for each machine.",
    ),
  overwrite: overwrite
    .optional()
    .describe(
      "What happens to the whole disk of a deleted machine: `zero` or `random`, as `[libvirt] volume_clear` is zero or shred, with `volume_clear_size=0`. Default: nothing.",
    ),
});

/** `none`: no volume, share, snapshot or backup can be made, by a quota of 0. */
export const sharedStorage = z.enum(["none"]);

/** The explicit word without which nothing that holds data is ever deleted or replaced. */
export const deletion = z
  .enum(["protected", "allowed"])
  .describe(
    "`allowed` is the explicit word without which nothing that holds data is ever deleted or replaced. Default: protected.",
  );
