import type { MemoryEncryption, Preset } from "../config/scalars.ts";

/** Presets from the most open to the most closed. */
export const ORDER: readonly Preset[] = ["open", "guarded", "isolated", "confidential"];

/** How flows may name what is outside, in one direction. */
export type OutsideFlows = "any port" | "named ports" | "none";

/** What a preset demands of a zone. */
export interface PresetDemands {
  /** Every volume that the zone makes, root disks included, is of an encrypted type. */
  readonly encryptedVolumes: boolean;
  /** No unencrypted volume type is granted at all, and the quota of each is 0: a bench's people choose types themselves. */
  readonly unencryptedTypesClosed: boolean;
  /** Barbican's master key lies elsewhere than the keys that it encrypts; `tresor preflight` looks. */
  readonly masterKeyApart: boolean;
  /** Every granted image is pinned by id or digest: names are anybody's. */
  readonly pinnedImages: boolean;
  /** The one memory encryption that machines may have; "any": any, or none. */
  readonly memoryEncryption: MemoryEncryption | "any";
  /** What may come in from outside; "named ports": those that the end declares. */
  readonly outsideIn: OutsideFlows;
  /** What may go out. */
  readonly outsideOut: OutsideFlows;
  /** Shortest prefixes of an outside end's networks: how much of the Internet one name may stand for. */
  readonly outsideWidth: { readonly ipv4: number; readonly ipv6: number };
  /** Whether a person may be a user of the zone, without an identity provider. */
  readonly localPersons: boolean;
  /** Whether machines may ask the cloud's metadata service, which the operator runs and no TLS protects. */
  readonly metadataService: boolean;
  /** Whether flows may come from a network of persons, which no tunnel protects. */
  readonly personNetworks: boolean;
  /** Whether shares and their access rules must be locked, so that a cloud whose Manila has no locks is refused. */
  readonly shareLocks: boolean;
  /** Whether it must be said what the storage makes of the user ids that NFS clients send. */
  readonly squashSaid: boolean;
  /** Whether a share's bytes may cross a network in the clear. */
  readonly clearShares: boolean;
  /** Whether machines run programs from shares that they mount. */
  readonly mountedPrograms: boolean;
  /** What may be backed up; what is encrypted stays so, with a copy of its key. */
  readonly backups: "every volume" | "encrypted volumes";
}

/** One difference of the presets: its value in each, and why it is there. */
interface Difference<T> {
  /** What is demanded, as a sentence's subject. */
  readonly says: string;
  readonly values: Readonly<Record<Preset, T>>;
  /** Requirements and controls that it serves: SATRE v2 statements, articles of the EHDS regulation. */
  readonly controls: readonly string[];
}

const each = <T>(open: T, guarded: T, isolated: T, confidential: T): Readonly<Record<Preset, T>> => ({
  open,
  guarded,
  isolated,
  confidential,
});

/** The differences of the presets, and all of them: everything else holds in every preset. */
export const DIFFERENCES: { readonly [K in keyof PresetDemands]: Difference<PresetDemands[K]> } = {
  encryptedVolumes: {
    says: "every volume is of an encrypted type",
    values: each(false, true, true, true),
    controls: ["DIGIMED-5", "SATRE 2.8.01"],
  },
  unencryptedTypesClosed: {
    says: "no unencrypted volume type is granted, and the quota of each is 0",
    values: each(false, false, true, true),
    controls: ["DIGIMED-5", "SATRE 2.8.01", "EHDS Art. 73(1)(b)"],
  },
  masterKeyApart: {
    says: "Barbican keeps its master key apart from the keys",
    values: each(false, false, false, true),
    controls: ["DIGIMED-6", "C4H-9", "SATRE 2.8.05"],
  },
  pinnedImages: {
    says: "every granted image is pinned by id or digest",
    values: each(false, true, true, true),
    controls: ["C4H-20", "DIGIMED-1"],
  },
  memoryEncryption: {
    says: "memory encryption of machines",
    values: each<PresetDemands["memoryEncryption"]>("any", "any", "any", "sev-snp"),
    controls: ["DIGIMED-1", "DIGIMED-4", "DIGIMED-6"],
  },
  outsideIn: {
    says: "flows in from outside",
    values: each<OutsideFlows>("named ports", "none", "none", "none"),
    controls: ["SPE4HD-2", "SATRE 3.1.04", "SATRE 3.1.12", "EHDS Art. 73(1)(b)"],
  },
  outsideOut: {
    says: "flows out to outside ends",
    values: each<OutsideFlows>("any port", "named ports", "named ports", "none"),
    controls: ["DIGIMED-8", "SPE4HD-1", "SATRE 2.2.11", "SATRE 3.1.05"],
  },
  outsideWidth: {
    says: "widest network that one outside end may name",
    values: each({ ipv4: 0, ipv6: 0 }, { ipv4: 0, ipv6: 0 }, { ipv4: 24, ipv6: 48 }, { ipv4: 32, ipv6: 128 }),
    controls: ["DENBI-1", "SATRE 2.1.13", "SATRE 2.2.11"],
  },
  localPersons: {
    says: "persons may be users of the zone, without an identity provider",
    values: each(true, true, true, false),
    controls: ["DIGIMED-12", "SPE4HD-3", "SATRE 3.2.01"],
  },
  metadataService: {
    says: "machines may ask the cloud's metadata service",
    values: each(true, true, false, false),
    controls: ["C4H-2", "DIGIMED-6", "SATRE 2.2.11"],
  },
  personNetworks: {
    says: "flows may come from networks of persons that no tunnel protects",
    values: each(true, true, true, false),
    controls: ["C4H-3", "DIGIMED-3", "SPE4HD-1", "SATRE 2.8.02"],
  },
  shareLocks: {
    says: "a cloud that cannot lock shares and their access rules (Manila before 2.82) is refused",
    values: each(false, false, true, true),
    controls: ["DIGIMED-9", "DIGIMED-10", "SATRE 3.1.12"],
  },
  squashSaid: {
    says: "a share by NFS is refused where nobody says what its storage makes of user ids (squash)",
    values: each(false, false, true, true),
    controls: ["DIGIMED-10", "SATRE 3.1.12"],
  },
  clearShares: {
    says: "shares whose way to the machines nothing encrypts (`transit: none`)",
    values: each(true, true, true, false),
    controls: ["DIGIMED-3", "SATRE 2.8.02"],
  },
  mountedPrograms: {
    says: "machines run programs from shares that `mounts` mounts",
    values: each(true, true, false, false),
    controls: ["DIGIMED-10", "SATRE 3.1.12"],
  },
  backups: {
    says: "what may be backed up",
    values: each<PresetDemands["backups"]>(
      ...(["every volume", "encrypted volumes", "encrypted volumes", "encrypted volumes"] as const),
    ),
    controls: ["DIGIMED-5", "SATRE 2.6.01", "SATRE 2.8.01"],
  },
};

const demandsOf = (preset: Preset): PresetDemands =>
  Object.fromEntries(Object.entries(DIFFERENCES).map(([key, { values }]) => [key, values[preset]])) as never;

/** What each preset demands. */
export const PRESETS: Readonly<Record<Preset, PresetDemands>> = {
  open: demandsOf("open"),
  guarded: demandsOf("guarded"),
  isolated: demandsOf("isolated"),
  confidential: demandsOf("confidential"),
};

/** True where `preset` demands less than `other`. */
export const isBelow = (preset: Preset, other: Preset): boolean => ORDER.indexOf(preset) < ORDER.indexOf(other);

/** Controls that a demand serves, for a message. */
export const controlsOf = (demand: keyof PresetDemands): string => DIFFERENCES[demand].controls.join(", ");

/** A value of the table in words. */
function shown(value: PresetDemands[keyof PresetDemands]): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : `/${value.ipv4}, /${value.ipv6}`;
}

/** What changes with the preset, as sentences: `flows out to outside ends: named ports instead of none (SATRE 2.2.11)`. */
export function presetChanges(before: Preset, after: Preset): readonly string[] {
  return Object.values(DIFFERENCES).flatMap(
    ({ says, values, controls }: Difference<PresetDemands[keyof PresetDemands]>) => {
      const [old, now] = [shown(values[before]), shown(values[after])];
      return old === now ? [] : [`${says}: ${now} instead of ${old} (${controls.join(", ")})`];
    },
  );
}

/** The table as Markdown, for docs/presets.md. */
export function presetTable(): string {
  const head = ["demand", ...ORDER, "serves"];
  const rows = Object.values(DIFFERENCES).map(
    ({ says, values, controls }: Difference<PresetDemands[keyof PresetDemands]>) => [
      says,
      ...ORDER.map((preset) => shown(values[preset])),
      controls.join(", "),
    ],
  );
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
