import { formatPath } from "../config/path.ts";
import {
  areaBenches,
  type AreaConfig,
  type DatasetConfig,
  type FlowConfig,
  type MachinesConfig,
  type ZoneConfig,
} from "../config/zone.ts";
import { beyondEnds, declared, SECTIONS, type BeyondEnd } from "../plan/ends.ts";
import { placeKey } from "../plan/names.ts";

/** A part of a zone's config with the path that leads to it. */
interface At {
  readonly path: readonly (string | number)[];
}
export interface AreaAt extends At {
  readonly key: string;
  readonly area: AreaConfig;
}
interface MachinesAt extends At {
  readonly area: string;
  readonly group: string;
  readonly machines: MachinesConfig;
}
export interface DatasetAt extends At {
  readonly area: AreaAt;
  readonly key: string;
  readonly dataset: DatasetConfig;
}

/** A path as text, from its steps. */
export const pathTo = (...steps: readonly (string | number | readonly (string | number)[])[]): string =>
  formatPath(steps.flat());

/** What a record holds under a key; undefined for inherited names such as `constructor`. */
export const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

/** True for a partner whom the zone knows and the permit names; others are refused by rules of their own. */
export const isAdmitted = (config: ZoneConfig, partner: string): boolean =>
  own(config.partners, partner) !== undefined && config.permit.partners.includes(partner);

/** True for an area whose kind and partners fit; of another one only that is told, since everything else follows from it. */
export const isSound = ({ kind, partner, partners }: AreaConfig): boolean =>
  kind === "shared"
    ? partner === undefined && Object.keys(partners ?? {}).length > 0
    : partner !== undefined && partners === undefined;

/** Names for `allowed:`; says so when there are none. */
export const oneOf = (names: readonly string[]): string => (names.length > 0 ? names.join(", ") : "there is none yet");

export const areasOf = (config: ZoneConfig): readonly AreaAt[] =>
  Object.entries(config.areas).map(([key, area]) => ({ key, area, path: ["areas", key] }));

/** Every group of machines; an area's gateway is one that no flow names. */
export const machinesOf = (config: ZoneConfig): readonly MachinesAt[] =>
  areasOf(config).flatMap(({ key, area, path }) => [
    ...Object.entries(area.machines).map(([group, machines]) => ({
      area: key,
      group,
      machines,
      path: [...path, "machines", group],
    })),
    ...(area.gateway === undefined
      ? []
      : [
          {
            area: key,
            group: "gateway",
            machines: { ...area.gateway, count: 1, volumes: [], metadata: false, mounts: {}, dataInMemory: false },
            path: [...path, "gateway"],
          },
        ]),
  ]);

/** What a data set lies on, in words. */
export const KIND_WORDS: Readonly<Record<DatasetConfig["kind"], string>> = {
  volume: "volume",
  share: "share",
  quobyte: "volume of Quobyte",
};

export const datasetsOf = (config: ZoneConfig): readonly DatasetAt[] =>
  areasOf(config).flatMap((area) =>
    Object.entries(area.area.datasets).map(([key, dataset]) => ({
      area,
      key,
      dataset,
      path: [...area.path, "datasets", key],
    })),
  );

/** A flow where it stands: in an area, or in the zone itself. */
export interface FlowAt extends At {
  readonly flow: FlowConfig;
  readonly area?: AreaAt;
}

/** Every flow of a zone, those of areas first. */
export const flowsAt = (config: ZoneConfig): readonly FlowAt[] => [
  ...areasOf(config).flatMap((area) =>
    area.area.flows.map((flow, index) => ({ flow, area, path: [...area.path, "flows", index] })),
  ),
  ...config.flows.map((flow, index) => ({ flow, path: ["flows", index] })),
];

/** A declared end beyond the zone, with the path of its section. */
export interface BeyondAt extends At {
  readonly end: BeyondEnd;
  readonly networks: readonly string[];
}

export const beyondAt = (config: ZoneConfig): readonly BeyondAt[] =>
  beyondEnds(config).map((end) => ({
    end,
    networks: declared(config, end)?.networks ?? [],
    path: [SECTIONS[end.kind], end.name],
  }));

/** An area or a bench, each a project with a network; the key is as in `granted.networks`. */
interface PlaceAt extends At {
  readonly key: string;
  readonly area: string;
  readonly bench?: string;
}

export const placesOf = (config: ZoneConfig): readonly PlaceAt[] =>
  areasOf(config).flatMap(({ key, area, path }) => [
    { key, area: key, path },
    ...areaBenches(area).map((bench) => ({
      key: placeKey(key, bench),
      area: key,
      bench,
      path:
        area.benches === undefined ? [...path, "partners", bench] : [...path, "benches", area.benches.indexOf(bench)],
    })),
  ]);

/** Entries that stand in a list before. */
export const repeated = <T>(list: readonly T[]): readonly { readonly entry: T; readonly index: number }[] =>
  list.flatMap((entry, index) => (list.indexOf(entry) < index ? [{ entry, index }] : []));
