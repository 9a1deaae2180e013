import { stringify } from "yaml";
import { granted } from "./generate.ts";

/** Flows of an area in turn: inside, from a bench, and both ways with a site. */
const ENDS: readonly (readonly [from: (group: string) => string, to: (next: string) => string])[] = [
  [(group) => `machines/${group}`, (next) => `machines/${next}`],
  [() => "bench/clinic", (next) => `machines/${next}`],
  [() => "site/north", (next) => `machines/${next}`],
  [(group) => `machines/${group}`, () => "site/south"],
];
const GROUPS = ["app", "db", "web", "train"];
/** So many networks has a site: each flow with it would be that many rules more without address groups. */
const SITE_NETWORKS = 40;

const site = (title: string, second: number): object => ({
  title,
  kind: "ipsec",
  networks: Array.from({ length: SITE_NETWORKS }, (_, index) => `172.${second}.${index}.0/24`),
  ipsec: { peer: `198.51.100.${second}`, secret: `site-${second}` },
});

/**
 * Content of a stack file: one zone of so many shared areas, and so many flows spread over them.
 * @param flows of all areas together
 */
export function flowZone(areas: number, flows: number): string {
  const keys = Array.from({ length: areas }, (_, index) => `area${index}`);
  const places = keys.flatMap((key) => [key, `${key}/clinic`]);
  const networks = Object.fromEntries(
    places.map((place, index) => [
      place,
      { ipv4: `10.${64 + (index >> 8)}.${index & 255}.0/24`, ipv6: `fd00:64:0:${index.toString(16)}::/64` },
    ]),
  );
  const machines = Object.fromEntries(
    GROUPS.map((group) => [group, { flavor: "SCS-2T-8_z4", image: "debian-13-snp", disk: "5 GiB" }]),
  );
  const flow = (at: number, index: number): object => {
    const [from, to] = ENDS[at % ENDS.length]!;
    const [group = "", next = ""] = [GROUPS[at % GROUPS.length], GROUPS[(at + 1) % GROUPS.length]];
    return { from: from(group), to: to(next), ports: [`${1024 + index}/tcp`], reason: `study ${index}` };
  };
  const zone = {
    format: 1,
    name: "flows",
    places: { region: "RegionOne", zones: ["nova"] },
    partners: { clinic: { title: "Clinic" } },
    permit: { id: "flows-1", basis: "consent", expires: "2029-12-31", partners: ["clinic"] },
    sites: { north: site("Clinic of the North", 16), south: site("Clinic of the South", 17) },
    areas: Object.fromEntries(
      keys.map((key, area) => {
        const own = Array.from({ length: flows }, (_, index) => index).filter((index) => index % areas === area);
        const config = { kind: "shared", partners: { clinic: "write" }, machines };
        return [key, { ...config, flows: own.map((index) => flow(Math.floor(index / areas), index)) }];
      }),
    ),
    granted: {
      ...granted(places, networks),
      routers: Object.fromEntries(keys.map((key) => [key, { ends: ["site"] }])),
    },
  };
  return stringify({ config: { "tresor:zone": zone } }, { lineWidth: 0, aliasDuplicateObjects: false });
}
