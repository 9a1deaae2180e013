import { describe, expect, it } from "vitest";
import { examples } from "../unit/plan/examples.ts";
import { freezeConfig, LS_LOGIN, withFederation, withPersons } from "../unit/plan/people.ts";
import { ofType } from "./harness.ts";
import { runPlatform, runZone } from "./programs.ts";

const { resources, result } = await runZone(withPersons(examples.zone()));
const plain = await runZone(examples.zone());
const frozen = await runZone(freezeConfig(withPersons(examples.zone())));

describe("persons of a zone (DIGIMED-12)", () => {
  it("become members of their partner's group: by the provider's name, or by the user that the zone made", () => {
    const members = (zone: typeof resources) =>
      Object.fromEntries(ofType(zone, "GroupMembers").map(({ name, inputs }) => [name, inputs["members"]]));
    expect(members(resources)).toEqual({
      "digimed-persons-members-digimed-heart-centre": [{ name: "ada@heart.example" }],
      "digimed-persons-members-digimed-uni-north": [],
      "digimed-persons-members-digimed-uni-south": [{ userId: "digimed-persons-person-digimed-cleo-id" }],
    });
    expect(members(plain.resources)).toEqual({});
  });

  it("have a user only where the config says local, whose one-time password is a secret", () => {
    const users = ofType(resources, "Person");
    expect(users.map(({ inputs }) => [inputs["name"], inputs["enabled"]])).toEqual([
      ["digimed-cleo", true],
      // Over on the permit's last day, for which a plan without a day is made.
      ["digimed-dan", false],
    ]);
    for (const { additionalSecretOutputs } of users) expect(additionalSecretOutputs).toContain("oneTimePassword");
    expect(Object.keys(result.persons.oneTimePasswords)).toEqual(["digimed-cleo", "digimed-dan"]);
  });

  it("the set of roles on the domain expects the pipeline and lists nobody, with or without persons", () => {
    for (const zone of [resources, plain.resources])
      expect(ofType(zone, "DomainAccess").map(({ inputs }) => inputs)).toMatchObject([
        { domainId: "domain", assignments: [], expected: [{ role: "manager", userId: "pipeline-user" }] },
      ]);
  });
});

describe("a frozen zone (DENBI-4)", () => {
  it("has sets of roles and of access rules that are there and empty, and machines that are off", () => {
    for (const { inputs, name } of ofType(frozen.resources, "ProjectAccess"))
      expect(inputs["assignments"], name).toEqual([]);
    for (const { inputs, name } of ofType(frozen.resources, "ShareAccessSet"))
      expect(inputs["rules"], name).toEqual([]);
    const machines = frozen.resources.filter(({ type }) => type === "tresor:compute:Machine");
    expect(machines.map(({ inputs }) => inputs["powerState"])).toEqual(["shutoff", "shutoff"]);
  });

  it("registers the very same resources: nothing is deleted, nothing replaced", () => {
    const urns = (zone: typeof resources) => zone.map(({ urn }) => urn).toSorted();
    expect(urns(frozen.resources)).toEqual(urns(resources));
  });
});

describe("an identity provider (SPE4HD-3, DENBI-7)", () => {
  it("is a provider, its mapping as JSON and its protocol, which names both", async () => {
    const run = await runPlatform(withFederation(examples.platform()));
    const [[provider], [mapping], [protocol]] = ["IdentityProvider", "Mapping", "FederationProtocol"].map((type) =>
      ofType(run.resources, type),
    ) as [typeof resources, typeof resources, typeof resources];
    expect(provider!.inputs).toMatchObject({
      name: "ls-login",
      remoteIds: LS_LOGIN.issuers,
      authorizationMinutes: 480,
    });
    expect(provider!.inputs["domainId"]).toBeUndefined();
    expect(JSON.parse(String(mapping!.inputs["rules"]))).toHaveLength(2);
    expect(protocol!.inputs).toMatchObject({
      identityProviderId: `${provider!.name}-id`,
      mappingId: `${mapping!.name}-id`,
      name: "openid",
    });
  });
});
