import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { providerSchema } from "../../provider/schema.ts";
import { COMMAND_TYPES } from "../../scripts/toolchain/stand-ins/command/types.ts";
import { RANDOM_TYPES } from "../../scripts/toolchain/stand-ins/random/types.ts";
import type { TenantConfig, ZoneConfig } from "../../config/index.ts";
import {
  examples,
  withCertificates,
  withIpsec,
  withMounts,
  withQuobyteVolumes,
  withRouter,
  withStudyKey,
  withTopology,
  withUplink,
  withWireguard,
} from "../unit/plan/examples.ts";
import { withFederation, withPersons } from "../unit/plan/people.ts";
import type { Registered } from "./harness.ts";
import { runPlatform, runTenant, runZone } from "./programs.ts";

/** A property of a Pulumi package schema, as far as it is compared here. */
interface Property {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
}
interface Shape {
  readonly inputProperties: Readonly<Record<string, Property>>;
  readonly requiredInputs: readonly string[];
}
interface Types {
  readonly [token: string]: {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  };
}

const openstack = JSON.parse(
  readFileSync(new URL("../../scripts/toolchain/openstack-plugin/schema.json", import.meta.url), "utf8"),
) as { readonly resources: Record<string, Partial<Shape>>; readonly types: Types };
const types: Types = { ...openstack.types, ...providerSchema.types };

const shapes = new Map<string, Shape>([
  ...[...Object.entries(openstack.resources), ...Object.entries(providerSchema.resources)].map(
    ([token, { inputProperties = {}, requiredInputs = [] }]) => [token, { inputProperties, requiredInputs }] as const,
  ),
  ...[...Object.entries(RANDOM_TYPES), ...Object.entries(COMMAND_TYPES)].map(([token, { inputs }]) => {
    const entries = Object.entries(inputs);
    const required = entries.filter(([, { required: needed }]) => needed).map(([key]) => key);
    return [
      token,
      { inputProperties: Object.fromEntries(entries.map(([key]) => [key, {}])), requiredInputs: required },
    ] as const;
  }),
]);

const KIND_OF: Readonly<Record<string, string>> = {
  integer: "number",
  number: "number",
  string: "string",
  boolean: "boolean",
};

/** What a value has that its schema does not know, lacks though it is required, or has of another type. */
function mismatches(value: unknown, property: Property, path: string): readonly string[] {
  if (property.$ref !== undefined) {
    const { properties = {}, required = [] } = types[property.$ref.replace("#/types/", "")] ?? {};
    return objectMismatches(value as Record<string, unknown>, properties, required, path);
  }
  if (property.type === "array") {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item) => mismatches(item, property.items ?? {}, `${path}[]`));
  }
  if (property.type === "object") return typeof value === "object" ? [] : [`${path} is no object`];
  const kind = KIND_OF[property.type ?? ""];
  return kind === undefined || typeof value === kind ? [] : [`${path} is ${typeof value}, not ${kind}`];
}

function objectMismatches(
  value: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, Property>>,
  required: readonly string[],
  path: string,
): readonly string[] {
  const given = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
  return [
    ...required.filter((key) => !given.some(([name]) => name === key)).map((key) => `${path}.${key} is missing`),
    ...given.flatMap(([key, one]) =>
      Object.hasOwn(properties, key)
        ? mismatches(one, properties[key]!, `${path}.${key}`)
        : [`${path}.${key} is unknown`],
    ),
  ];
}

function check({ type, name, inputs }: Registered): readonly string[] {
  const shape = shapes.get(type);
  if (shape === undefined) return [`${type} is no type of any provider`];
  return objectMismatches(inputs, shape.inputProperties, shape.requiredInputs, `${type} ${name}`);
}

/** The examples with every optional thing in them, so that every input that a component can set is seen. */
async function everything(): Promise<readonly Registered[]> {
  const platform = withFederation(examples.platform());
  platform.flavors["SCS-2V-8"]!.adopt = "f1";
  const tenant: TenantConfig = examples.tenant();
  tenant.areas["heart"]!.adopt = "p1";
  tenant.areas["heart"]!.dedicated = { hosts: ["snp-1"] };
  const zone: ZoneConfig = withPersons(examples.zone());
  Object.assign(zone.areas["heart"]!.machines["imaging"]!, { userData: "#cloud-config\n" });
  zone.areas["commons"]!.machines["analysis"]!.count = 2;
  const from = { from: "machines/analysis", to: "machines/analysis", ports: ["1-65535/tcp", "icmp"], reason: "a test" };
  zone.areas["commons"]!.flows.push(from);
  const runs = [
    await runPlatform(platform),
    await runTenant(withCertificates(withQuobyteVolumes(withUplink(withRouter(tenant)))), examples.entry()),
    await runZone(withStudyKey(withWireguard(withTopology(withIpsec(withMounts(zone)))))),
  ];
  return runs.flatMap(({ resources }) => resources).filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
}

const resources = await everything();

/**
 * No component makes one. For programs of one's own: secrets that somebody else made, and access keys of Quobyte. Their classes are held to
 * the schema by the provider's unit tests.
 */
const FOR_OTHERS: ReadonlySet<string> = new Set(["tresor:keys:SecretAcl", "tresor:quobyte:AccessKey"]);

describe("every (token, input) that is used", () => {
  it.each([...new Set(resources.map(({ type }) => type))].toSorted())(
    "%s knows its inputs, and gets all that it requires",
    (type) => {
      const found = resources.filter((resource) => resource.type === type).flatMap(check);
      expect(found).toEqual([]);
    },
  );

  it("covers all four providers, and every kind of the provider of our own", () => {
    const used = new Set(resources.map(({ type }) => type));
    for (const prefix of ["openstack:", "tresor:", "random:", "command:"])
      expect(
        [...used].some((type) => type.startsWith(prefix)),
        prefix,
      ).toBe(true);
    for (const token of Object.keys(providerSchema.resources))
      expect(used.has(token), token).toBe(!FOR_OTHERS.has(token));
  });

  it("is told apart from what a provider does not know, lacks, or has of another type", () => {
    const [port] = resources.filter(({ type }) => type.endsWith(":Port"));
    const { networkId: _left, ...without } = port!.inputs;
    expect(check({ ...port!, inputs: { ...port!.inputs, portSecurity: true } })).toHaveLength(1);
    expect(check({ ...port!, inputs: without })).toHaveLength(1);
    expect(check({ ...port!, inputs: { ...port!.inputs, fixedIps: [{ subnetId: "s", subnet: "s" }] } })).toHaveLength(
      1,
    );
    expect(check({ ...port!, inputs: { ...port!.inputs, adminStateUp: "yes" } })).toHaveLength(1);
    expect(check({ ...port!, type: "tresor:network:Door" })).toHaveLength(1);
  });
});
