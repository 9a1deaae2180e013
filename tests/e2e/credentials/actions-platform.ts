import { makes, OPERATOR_ONLY, reads, remove, sends, type Action } from "./action.ts";

/** Flavors, hosts and limits: what the operator makes zones from. */
export const PLATFORM_ACTIONS: readonly Action[] = [
  {
    id: "make-flavor",
    title: "make a flavor",
    service: "compute",
    try: makes("compute", "/flavors", "flavor", () => ({
      vcpus: 1,
      ram: 64,
      disk: 0,
      "os-flavor-access:is_public": false,
    })),
    ...OPERATOR_ONLY,
  },
  {
    id: "flavor-access",
    title: "give the area a flavor without memory encryption",
    service: "compute",
    try: sends("compute", "POST", ({ scene }) => `/flavors/${scene.plainFlavor}/action`, {
      body: ({ scene }) => ({ addTenantAccess: { tenant: scene.area } }),
      undo: ({ scene }) =>
        scene.operator.request("compute", "POST", `/flavors/${scene.plainFlavor}/action`, {
          body: { removeTenantAccess: { tenant: scene.area } },
        }),
    }),
    ...OPERATOR_ONLY,
  },
  {
    id: "flavor-specs",
    title: "change what a flavor demands of its host",
    service: "compute",
    try: sends("compute", "POST", ({ scene }) => `/flavors/${scene.plainFlavor}/os-extra_specs`, {
      body: { extra_specs: { "matrix:probe": "1" } },
      undo: (cell) => remove(cell, "compute", `/flavors/${cell.scene.plainFlavor}/os-extra_specs/matrix:probe`),
    }),
    ...OPERATOR_ONLY,
  },
  {
    id: "quota-machines",
    title: "raise the area's quota of machines",
    service: "compute",
    try: sends("compute", "PUT", ({ scene }) => `/os-quota-sets/${scene.area}`, {
      // The limit as it is: what is refused is the right to set one.
      body: { quota_set: { instances: 2 } },
    }),
    ...OPERATOR_ONLY,
  },
  {
    id: "quota-network",
    title: "raise the area's quota of routers",
    service: "network",
    try: sends("network", "PUT", ({ scene }) => `/quotas/${scene.area}`, { body: { quota: { router: 0 } } }),
    ...OPERATOR_ONLY,
  },
  {
    id: "aggregate",
    title: "make a host aggregate",
    service: "compute",
    try: makes("compute", "/os-aggregates", "aggregate", () => ({})),
    ...OPERATOR_ONLY,
  },
  {
    id: "list-hosts",
    title: "list the hypervisors",
    service: "compute",
    try: reads("compute", "/os-hypervisors"),
    may: {
      operator: "the cloud's administrator",
      auditor: "the shipped policy opens reading to the auditor",
    },
    else: "where machines run is the operator's to know",
  },
  {
    id: "list-inventories",
    title: "list the hosts' inventories",
    service: "placement",
    try: reads("placement", "/resource_providers"),
    ...OPERATOR_ONLY,
  },
  {
    id: "host-trait",
    title: "claim by a trait that a host can do something",
    service: "placement",
    try: sends("placement", "PUT", ({ name }) => `/traits/${traitOf(name)}`, {
      undo: (cell) => remove(cell, "placement", `/traits/${traitOf(cell.name)}`),
    }),
    ...OPERATOR_ONLY,
  },
];

const traitOf = (name: string): string => `CUSTOM_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
