import { expect, it } from "vitest";
import type { RuleFacts } from "../../../plan/facts.ts";
import { planned, type Planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "../plan/examples.ts";
import type { Bench } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";

const plan = planZone(examples.zone());

/** The network part of one area, made, read and removed as the engine does: what waits for nothing at one moment. */
async function live(b: Bench, project: string): Promise<Record<"up" | "refresh" | "destroy", number>> {
  const of = <T extends { project?: string }>(all: readonly T[]): T[] => all.filter((one) => one.project === project);
  const calls = (): number => b.cloud.asked.filter(({ path }) => path.startsWith("/network/")).length;
  const ids = new Map<string, string>();
  const make = async (kind: string, id: string, args: object) => {
    const resource = b.resource(`tresor:network:${kind}`, id);
    ids.set(id, (await resource.create({ ...args })).id);
    return resource;
  };
  const rules = (facts: readonly RuleFacts[]): object[] =>
    facts.map(({ remoteGroup, ...rest }) => ({
      ...rest,
      ...(remoteGroup !== undefined && { remoteGroupId: ids.get(remoteGroup) }),
    }));
  const set = ({ id, facts }: Planned<"rule-set">) =>
    make("RuleSet", id, {
      securityGroupId: facts.groupId === null ? "default-group" : ids.get(facts.groupId),
      rules: rules(facts.rules),
    });
  const sets = of(planned(plan, "rule-set"));
  const first = await Promise.all([
    ...of(planned(plan, "subnet")).map(({ id, name, facts: { network, version, cidr } }) =>
      make("Subnet", id, { name, networkId: network, ipVersion: version, cidr, enableDhcp: version === 4 }),
    ),
    ...of(planned(plan, "security-group")).map(({ id, name }) => make("SecurityGroup", id, { name })),
    ...sets.filter(({ facts }) => facts.groupId === null).map(set),
  ]);
  const second = await Promise.all([
    ...sets.filter(({ facts }) => facts.groupId !== null).map(set),
    ...of(planned(plan, "port")).map(({ id, name, facts }) =>
      make("Port", id, {
        name,
        networkId: facts.network,
        securityGroupIds: facts.groupIds.map((group) => ids.get(group)),
        fixedIps: facts.subnetIds.map((subnet) => ({ subnetId: ids.get(subnet) })),
      }),
    ),
  ]);
  const up = calls();
  await Promise.all([...first, ...second].map((resource) => resource.refresh()));
  const refresh = calls() - up;
  await Promise.all(second.map((resource) => resource.delete()));
  await Promise.all(first.map((resource) => resource.delete()));
  return { up, refresh, destroy: calls() - up - refresh };
}

it("a zone's network takes at most 1.3 calls an object to make, and eight to read", async () => {
  const sum = { up: 0, refresh: 0, destroy: 0 };
  let objects = 0;
  for (const project of new Set(planned(plan, "subnet").map((one) => one.project ?? ""))) {
    const b = await bench();
    const neutron = new FakeNeutron(b.cloud);
    neutron.group("default-group");
    const calls = await live(b, project);
    for (const key of ["up", "refresh", "destroy"] as const) sum[key] += calls[key];
    await b.stop();
    expect(b.cloud.unknown).toEqual([]);
    expect(neutron.subnets.size + neutron.ports.size).toBe(0);
  }
  for (const kind of ["subnet", "security-group", "port"] as const) objects += planned(plan, kind).length;
  for (const { facts } of planned(plan, "rule-set")) objects += facts.rules.length;
  // Ten subnets, four groups, four ports, six rules. Of the calls, twelve take default rules away, for which Neutron has no bulk.
  expect(objects).toBe(24);
  expect(sum.up).toBeLessThanOrEqual(1.3 * objects);
  expect(sum.refresh).toBe(8);
  expect(sum.destroy).toBeLessThanOrEqual(1.4 * objects);
});
