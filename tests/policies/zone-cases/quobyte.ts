import type { GrantedVolume } from "../../../config/quobyte.ts";
import { commons, type ZoneCase } from "./parts.ts";

type Config = Parameters<ZoneCase["change"]>[0];

/** A data set on a volume of Quobyte in the area commons, and its grant. */
function onQuobyte(c: Config, said: Record<string, unknown> = {}, granted: Partial<GrantedVolume> | null = {}): void {
  const common = { size: "2 TiB", machines: "write" as const, access: { "heart-centre": "read" as const } };
  const where = { cluster: "main", tenant: "digimed-commons-main-volumes", volume: "digimed-commons-genomes" };
  const grant = {
    ...where,
    registry: [],
    by: ["nfs"],
    closed: false,
    transit: "below" as const,
    ...common,
    ...granted,
  };
  if (granted !== null) c.granted.quobyte = { "commons/genomes": grant };
  const of = { owner: "heart-centre", classification: "pseudonymised" as const };
  commons(c).datasets["genomes"] = { kind: "quobyte", ...of, ...common, ...said } as never;
}
const at = "zone.areas.commons.datasets.genomes";

/** Rules about data sets on volumes of Quobyte, its own and those of others. */
export const QUOBYTE_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "quobyte-dataset": [
    { name: "as granted, in other units", change: (c) => onQuobyte(c, { size: "2048 GiB" }) },
    { name: "not granted", change: (c) => onQuobyte(c, {}, null), refuses: [at] },
    {
      name: "other than granted",
      change: (c) => onQuobyte(c, { size: "3 TiB", machines: "read", access: { "heart-centre": "write" } }),
      refuses: [`${at}.size`, `${at}.machines`, `${at}.access`],
    },
    {
      name: "with what the operator says",
      change: (c) => onQuobyte(c, { type: "project-share", adopt: "4d1b", deletion: "protected" }),
      refuses: [`${at}.type`, `${at}.adopt`, `${at}.deletion`],
    },
    { name: "no such data set, and a grant", change: (c) => (onQuobyte(c), delete commons(c).datasets["genomes"]) },
  ],
  "share-transit": [
    { name: "a volume of Quobyte whose way is encrypted below it", change: (c) => onQuobyte(c) },
    { name: "a volume of Quobyte in the clear", change: (c) => onQuobyte(c, {}, { transit: "none" }), refuses: [at] },
  ],
  "backup-possible": [
    {
      name: "of a volume of Quobyte",
      change: (c) => onQuobyte(c, { backup: { every: "1 day", keep: 7 } }),
      refuses: [`${at}.backup`],
    },
  ],
  "erasure-possible": [
    { name: "a volume of Quobyte, deleted alone", change: (c) => onQuobyte(c, { erasure: "deleteOnly" }) },
    {
      name: "a volume of Quobyte by its key",
      change: (c) => onQuobyte(c, { erasure: "cryptoShred" }),
      refuses: [`${at}.erasure`],
    },
  ],
  "trust-tier": [
    {
      name: "a volume of Quobyte that the hypervisor alone shall open",
      change: (c) => onQuobyte(c, { tier: "host" }),
      refuses: [`${at}.tier`],
    },
  ],
  "dataset-attach": [
    {
      name: "a volume of Quobyte as a volume",
      change: (c) => {
        onQuobyte(c);
        commons(c).machines["analysis"]!.volumes = ["genomes"];
      },
      refuses: ["zone.areas.commons.machines.analysis.volumes[0]"],
    },
  ],
  "mount-share": [
    {
      name: "a volume of Quobyte by cloud-init",
      change: (c) => {
        onQuobyte(c);
        commons(c).machines["analysis"]!.mounts = { genomes: "/data/genomes" };
      },
      refuses: ["zone.areas.commons.machines.analysis.mounts.genomes"],
    },
  ],
  "dataset-access": [
    {
      name: "a volume of Quobyte written by who only reads in the area",
      change: (c) => {
        const access = { "uni-north": "write" as const };
        onQuobyte(c, { access }, { access });
      },
      refuses: [`${at}.access.uni-north`],
    },
  ],
  "study-key-used-by": [
    {
      name: "a volume of Quobyte",
      change: (c) => {
        onQuobyte(c);
        commons(c).studyKeys = {
          mammo: {
            owner: "heart-centre",
            until: "2028-06-30",
            persons: [],
            services: [],
            usedBy: ["datasets/genomes"],
          },
        };
      },
      refuses: ["zone.areas.commons.studyKeys.mammo.usedBy[0]"],
    },
  ],
};
