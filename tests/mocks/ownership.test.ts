import { describe, expect, it } from "vitest";
import { OWNERSHIP, ownedAs, type Credential } from "../../plan/ownership.ts";
import {
  examples,
  withCertificates,
  withIpsec,
  withMounts,
  withQuobyteDatasets,
  withQuobyteVolumes,
  withRouter,
  withStudyKey,
  withTopology,
  withUplink,
  withWireguard,
} from "../unit/plan/examples.ts";
import { withFederation, withPersons } from "../unit/plan/people.ts";
import type { Registered } from "./harness.ts";
import type { TenantConfig } from "../../config/index.ts";
import { runPlatform, runTenant, runZone } from "./programs.ts";

/** The example with hosts of an area's own, a router, and shares and volumes on Quobyte. */
const withHosts = (tenant: TenantConfig): TenantConfig => {
  const heart = { ...tenant.areas["heart"]!, dedicated: { hosts: ["snp-1"] } };
  return withCertificates(withQuobyteVolumes(withUplink(withRouter({ ...tenant, areas: { ...tenant.areas, heart } }))));
};

const runs = {
  platform: await runPlatform(withFederation(examples.platform())),
  tenant: await runTenant(withHosts(examples.tenant()), examples.entry()),
  zone: await runZone(
    withStudyKey(withPersons(withWireguard(withTopology(withIpsec(withMounts(withQuobyteDatasets(examples.zone()))))))),
  ),
};
const made = ({ resources }: { readonly resources: readonly Registered[] }): readonly Registered[] =>
  resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));

/** The credential by which the programs under test act, from a resource's provider or its `cloud`. */
function credentialOf({ provider, inputs }: Registered): Credential | undefined {
  // Whoever may work in a Quobyte cluster, or write roles of an authority, is an administrator: the operator's side.
  if ([inputs["cluster"], inputs["authority"]].some((named) => typeof named === "string")) return "operator";
  const scope = provider === "" ? inputs["cloud"] : provider;
  if (typeof scope !== "string") return undefined;
  return scope === "operator" ? "operator" : scope === "digimed" ? "zone domain" : "zone area";
}

describe("the table of owners and the programs", () => {
  it.each(["platform", "tenant", "zone"] as const)(
    "say the same of %s: what it makes it owns, what it owns it makes",
    (stack) => {
      const types = new Set(made(runs[stack]).map(({ type }) => ownedAs(type)));
      const owned = new Set(OWNERSHIP.filter((row) => row.stack === stack).flatMap(({ resources }) => resources));
      expect([...types].toSorted()).toEqual([...owned].toSorted());
    },
  );

  it.each(["platform", "tenant", "zone"] as const)("say the same of the credentials of %s", (stack) => {
    for (const resource of made(runs[stack])) {
      const rows = OWNERSHIP.filter((row) => row.stack === stack && row.resources.includes(ownedAs(resource.type)));
      const credential = credentialOf(resource);
      if (credential !== undefined)
        expect(
          rows.map((row) => row.credential),
          resource.name,
        ).toContain(credential);
    }
  });

  it("let no type of resource be made by two stacks", () => {
    const stacks = Object.entries(runs).map(
      ([stack, run]) => [stack, new Set(made(run).map(({ type }) => ownedAs(type)))] as const,
    );
    for (const [stack, types] of stacks)
      for (const [other, others] of stacks)
        if (stack !== other)
          for (const type of types) expect(others, `${stack} and ${other}: ${type}`).not.toContain(type);
  });
});
