import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PLAIN_KINDS } from "../../components/errors/kinds.ts";
import { reorderKeys } from "../property/arbitraries.ts";
import {
  examples,
  withIpsec,
  withCertificates,
  withQuobyteVolumes,
  withRouter,
  withTopology,
  withUplink,
  withWireguard,
} from "../unit/plan/examples.ts";
import type { Registered } from "./harness.ts";
import { runPlatform, runTenant, runZone } from "./programs.ts";

const [platform, tenant, zone] = [
  await runPlatform(examples.platform()),
  await runTenant(withCertificates(withQuobyteVolumes(withUplink(withRouter(examples.tenant())))), examples.entry()),
  await runZone(withWireguard(withTopology(withIpsec(examples.zone())))),
];
const stacks: readonly (readonly [string, readonly Registered[]])[] = [
  ["platform", platform.resources],
  ["digimed-tenant", tenant.resources],
  ["digimed", zone.resources],
];

describe.each(stacks)("every resource of %s", (stack, resources) => {
  const made = resources.filter(({ type }) => !type.startsWith("pulumi:"));
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));

  it("has a component of ours as parent, up to the one that the program makes", () => {
    const roots = made.filter(({ parent }) => parent === "");
    expect(roots).toHaveLength(1);
    for (const { name, parent } of made.filter((resource) => !roots.includes(resource))) {
      const owner = byUrn.get(parent);
      expect(owner?.custom, name).toBe(false);
      expect(owner?.type.startsWith("tresor:"), name).toBe(true);
    }
  });

  it("has an explicit provider, or a cloud of its own, which is the same scope", () => {
    const openstack = made.filter(({ type }) => type.startsWith("openstack:"));
    const own = made.filter(({ type, custom }) => custom && type.startsWith("tresor:"));
    expect(own.length).toBeGreaterThan(0);
    for (const { name, provider } of openstack) expect(provider, name).not.toBe("");
    const inCluster = own.filter(({ type }) => type.startsWith("tresor:quobyte:"));
    const atAuthority = own.filter(({ type }) => type.startsWith("tresor:pki:"));
    const inCloud = own.filter((resource) => ![...inCluster, ...atAuthority].includes(resource));
    for (const { name, inputs } of atAuthority) expect(inputs["authority"], name).toBe("main");
    for (const { name, inputs } of inCloud) expect(inputs["cloud"], name).toMatch(/^[a-z][a-z0-9-]*$/);
    for (const { name, inputs } of inCluster) expect(inputs["cluster"], name).toBe("main");
    const scopes = new Set(
      resources.filter(({ type }) => type === "pulumi:providers:openstack").map(({ name }) => name),
    );
    for (const { name, provider } of openstack) expect(scopes, name).toContain(provider);
    if (stack !== "digimed") for (const { name, inputs } of inCloud) expect(scopes, name).toContain(inputs["cloud"]);
  });

  it("is of our own provider alone in a zone, which then loads no other plugin", () => {
    const packages = new Set(resources.filter(({ custom }) => custom).map(({ type }) => type.split(":")[0]));
    if (stack === "digimed") expect([...packages]).toEqual(["tresor"]);
    else expect([...packages]).toEqual(expect.arrayContaining(["openstack", "pulumi", "tresor"]));
  });

  it("has its errors explained, where a plugin of others makes it; ours explain themselves", () => {
    const explained = ({ errorHooks }: Registered): boolean => errorHooks.includes("tresor-explains-plugin-errors");
    for (const resource of made.filter(({ type }) => type.startsWith("openstack:")))
      expect(explained(resource), resource.name).toBe(true);
    for (const resource of made.filter(({ type }) => type.startsWith("tresor:")))
      expect(explained(resource), resource.name).toBe(false);
  });

  it("is called after its component and a key of the config, and no two are called the same", () => {
    for (const { name, parent, custom } of made.filter((resource) => resource.custom)) {
      const owner = byUrn.get(parent)!;
      expect(custom && name.startsWith(`${owner.name}-`), `${owner.name}: ${name}`).toBe(true);
      expect(name).not.toMatch(/\[\d+\]|undefined|\[object|^-|-$/);
    }
    const urns = made.map(({ type, name, parent }) => `${parent} ${type} ${name}`);
    expect(new Set(urns).size).toBe(urns.length);
  });

  it("gets no empty id: a look-up that found nothing would mean anything, or everything", () => {
    for (const { name, inputs } of made)
      for (const [key, value] of Object.entries(inputs))
        if (key.endsWith("Id")) expect(value, `${name}.${key}`).toMatch(/.+/);
  });
});

it("every kind of resource of the OpenStack plugin has its sentences, and no other has", () => {
  const used = new Set(stacks.flatMap(([, resources]) => resources.map(({ type }) => type)));
  const plain = [...used].filter((type) => type.startsWith("openstack:"));
  expect(plain.toSorted()).toEqual(Object.keys(PLAIN_KINDS).toSorted());
});

describe("names", () => {
  it("come from keys and never from places in a list: the order in the file makes no difference", async () => {
    const config = withWireguard(withTopology(withIpsec(examples.zone())));
    for (const area of Object.values(config.areas)) area.flows.reverse();
    config.permit.partners.reverse();
    const turned = await runZone(reorderKeys(config, (a, b) => (a < b ? 1 : -1)));
    const urns = (all: readonly Registered[]): readonly string[] => all.map(({ urn }) => urn).toSorted();
    expect(urns(turned.resources)).toEqual(urns(zone.resources));
  });
});

describe("the programs", () => {
  const walk = (folder: URL): readonly URL[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? walk(new URL(`${entry.name}/`, folder)) : [new URL(entry.name, folder)],
    );
  const sources = walk(new URL("../../components/", import.meta.url)).map(
    (file) => [file.pathname, readFileSync(file, "utf8")] as const,
  );

  it("make no resource inside an apply, where a preview would not see it", () => {
    expect(sources.length).toBeGreaterThan(5);
    for (const [file, text] of sources) expect(text, file).not.toMatch(/\.apply\(|pulumi\.all\(|\.then\(|\basync\b/);
  });

  it("load the OpenStack plugin's SDK for the operator's stacks alone", () => {
    const loaded = (file: URL, seen = new Set<string>()): Set<string> => {
      if (seen.has(file.href)) return seen;
      seen.add(file.href);
      for (const [, from = ""] of readFileSync(file, "utf8").matchAll(
        /^(?:import|export) (?!type).*?from "([^"]+)";/gms,
      )) {
        if (from.startsWith(".")) loaded(new URL(from, file), seen);
        else seen.add(from);
      }
      return seen;
    };
    const of = (program: string): Set<string> => loaded(new URL(`../../stacks/${program}.ts`, import.meta.url));
    expect([...of("zone")].filter((name) => name.includes("@pulumi/"))).toEqual(["@pulumi/pulumi"]);
    for (const program of ["platform", "tenant"]) expect([...of(program)], program).toContain("@pulumi/openstack");
    expect([...of("index")]).not.toContain("@pulumi/openstack");
  });

  it("read no environment, no file and no clock", () => {
    for (const [file, text] of sources)
      expect(text, file).not.toMatch(/process\.|node:fs|Date\.now|new Date|Math\.random|getStack\(/);
  });
});
