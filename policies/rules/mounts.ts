import { CEPH_PORTS } from "../../plan/ceph.ts";
import { typeOf } from "../../plan/datasets.ts";
import { protocolOf } from "../../plan/mounts.ts";
import { placedEnd } from "../../plan/ends.ts";
import { entryOf } from "../../plan/names.ts";
import { userDataKind } from "../../plan/user-data.ts";
import type { ZoneConfig } from "../../config/index.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, KIND_WORDS, machinesOf, oneOf, own, pathTo } from "../walk.ts";

const common = { kind: "zone", severity: "error", requirements: ["DIGIMED-9", "DIGIMED-10"] } as const;

const NEXT = {
  none: "correct the name, or add the share",
  volume: "name it below volumes",
  share: "",
  quobyte: "mount it in the machines' own user data: docs/quobyte.md says from where",
} as const;

export const mountShare: ZoneRule = {
  ...common,
  id: "mount-share",
  why: "a machine mounts what its area's machines may use, by a way that is open",
  check({ config }) {
    return machinesOf(config).flatMap(({ machines, area, group, path }) => {
      const datasets = config.areas[area]?.datasets ?? {};
      return Object.keys(machines.mounts).flatMap((name): readonly Violation[] => {
        const at = pathTo(path, "mounts", name);
        const dataset = own(datasets, name);
        if (dataset?.kind !== "share") {
          const shares = Object.keys(datasets).filter((key) => datasets[key]?.kind === "share");
          return [
            {
              path: at,
              what:
                dataset === undefined
                  ? `the area ${area} has no data set of this name`
                  : `a ${KIND_WORDS[dataset.kind]} is not mounted here`,
              found: name,
              allowed: oneOf(shares),
              next: NEXT[dataset?.kind ?? "none"],
            },
          ];
        }
        if (dataset.machines === "none")
          return [
            {
              path: at,
              what: "this area's machines may not use the share",
              found: "machines: none",
              allowed: "machines: read, machines: write",
              next: `write machines: read at areas.${area}.datasets.${name}, or leave the mount out`,
            },
          ];
        if (reaches(config, area, group)) return [];
        return [
          {
            path: at,
            what: `no flow leads from machines/${group} to the network of the storage`,
            found: name,
            allowed: `a flow from machines/${group} to storage/${area}`,
            next: `add it, for example with ports: [${protocolOf(config, typeOf(config, dataset)) === "CEPHFS" ? CEPH_PORTS : "2049/tcp"}]`,
          },
        ];
      });
    });
  },
};

/** Where an area has a network to its storage, its shares are open to that network alone, and a flow gives a machine a leg in it. */
function reaches(config: ZoneConfig, area: string, group: string): boolean {
  if (entryOf(config.granted.storage, area) === undefined) return true;
  return flowsAt(config).some(({ flow, area: home }) => {
    const [from, to] = [placedEnd(flow.from, home?.key), placedEnd(flow.to, home?.key)];
    if (to?.kind !== "storage" || to.area !== area || from === undefined || !("area" in from)) return false;
    return from.area === area && (from.kind === "area" || (from.kind === "machines" && from.group === group));
  });
}

export const mountDirectories: ZoneRule = {
  ...common,
  id: "mount-directories",
  why: "a directory holds one file system: what is mounted over another hides it",
  check({ config }) {
    return machinesOf(config).flatMap(({ machines, path }) => {
      const all = Object.entries(machines.mounts);
      return all.flatMap(([name, directory], index): readonly Violation[] => {
        const other = all
          .slice(0, index)
          .find(([, one]) => `${directory}/`.startsWith(`${one}/`) || `${one}/`.startsWith(`${directory}/`));
        if (other === undefined) return [];
        return [
          {
            path: pathTo(path, "mounts", name),
            what: `this directory and that of ${other[0]} hide each other`,
            found: `${directory} and ${other[1]}`,
            next: "give each share a directory beside the others",
          },
        ];
      });
    });
  },
};

export const mountUserData: ZoneRule = {
  ...common,
  id: "mount-user-data",
  why: "mounts are one part of what cloud-init is told, and the user data another: both must be of a kind that can stand beside the other",
  check({ config }) {
    return machinesOf(config).flatMap(({ machines, path }): readonly Violation[] => {
      const { userData, mounts } = machines;
      if (userData === undefined || Object.keys(mounts).length === 0 || userDataKind(userData) !== undefined) return [];
      return [
        {
          path: pathTo(path, "userData"),
          what: "user data beside mounts are of a kind that cannot be put together with them",
          found: `they begin with ${JSON.stringify(userData.split("\n", 1)[0]?.slice(0, 40))}`,
          allowed: "a text that begins with #cloud-config, #cloud-boothook or #!",
          next: "write them as one of these, or mount the shares in them yourself (`tresor mount` prints the lines)",
        },
      ];
    });
  },
};
