/** What a client must know of each OpenStack service, as data. Sources: each service's API reference and version history. */
interface ServiceFacts {
  /** As errors name it. */
  readonly title: string;
  /** Service types under which catalogues list it, in the order of preference. */
  readonly types: readonly string[];
  /** Path of the API's version below the endpoint; `{project}` is the token's project. */
  readonly root: string;
  /** The catalogue's address is taken whole: the account stands in it. */
  readonly whole?: boolean;
  /** Where the maximum microversion is told. */
  readonly versions?: string;
  /** How a microversion is asked for. */
  readonly header?: (version: string) => Record<string, string>;
  /** The newest microversion that this code was tested with. */
  readonly want?: string;
  /** The oldest one that this code can work with. */
  readonly need?: string;
  /** How lists are cut: `marker` gives a link to the next page, `offset` gives none. */
  readonly paging?: { readonly kind: "marker" | "offset"; readonly limit: number };
}

const osVersion =
  (service: string) =>
  (version: string): Record<string, string> => ({ "OpenStack-API-Version": `${service} ${version}` });

export const SERVICES = {
  identity: { title: "Keystone", types: ["identity", "identityv3"], root: "/v3" },
  compute: {
    title: "Nova",
    types: ["compute"],
    root: "/v2.1",
    versions: "/v2.1/",
    header: osVersion("compute"),
    want: "2.100",
    // Below 2.86 extra specs with typing errors are accepted.
    need: "2.86",
  },
  network: { title: "Neutron", types: ["network"], root: "/v2.0" },
  image: { title: "Glance", types: ["image"], root: "/v2" },
  "block-storage": {
    title: "Cinder",
    types: ["block-storage", "block-store", "volumev3", "volume"],
    root: "/v3/{project}",
    versions: "/v3/",
    header: osVersion("volume"),
    want: "3.71",
    // Default types of projects.
    need: "3.62",
  },
  "shared-file-system": {
    title: "Manila",
    types: ["shared-file-system", "sharev2"],
    root: "/v2",
    versions: "/v2/",
    header: (version) => ({ "X-OpenStack-Manila-API-Version": version }),
    want: "2.88",
    // Share types with a description that can be changed.
    need: "2.50",
    paging: { kind: "offset", limit: 1000 },
  },
  "key-manager": { title: "Barbican", types: ["key-manager"], root: "/v1", paging: { kind: "marker", limit: 100 } },
  placement: {
    title: "Placement",
    types: ["placement"],
    root: "",
    versions: "/",
    header: osVersion("placement"),
    want: "1.39",
    need: "1.36",
  },
  "load-balancer": { title: "Octavia", types: ["load-balancer"], root: "/v2" },
  dns: { title: "Designate", types: ["dns"], root: "/v2" },
  "object-store": { title: "Swift", types: ["object-store"], root: "", whole: true },
} as const satisfies Record<string, ServiceFacts>;

/** A service by the name that OpenStack's service types authority gives it. */
export type Service = keyof typeof SERVICES;

/** The facts of a service, widened to what all have in common. */
export const factsOf = (service: Service): ServiceFacts => SERVICES[service];

/** Compares microversions as pairs of numbers: below 0 if `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
