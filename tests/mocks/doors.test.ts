import { describe, expect, it } from "vitest";
import { examples, withDoors } from "../unit/plan/examples.ts";
import { ofType } from "./harness.ts";
import { runZone } from "./programs.ts";

const { resources } = await runZone(withDoors(examples.zone()));
const container = (purpose: string) => {
  const found = ofType(resources, "Container").find(({ inputs }) => inputs["name"] === `digimed-heart-${purpose}`);
  if (found === undefined) throw new Error(`no container ${purpose}`);
  return found;
};
const only = (type: string) => {
  const [first, ...more] = ofType(resources, type).filter(({ custom }) => custom);
  if (first === undefined || more.length > 0) throw new Error(`not exactly one ${type}`);
  return first;
};

describe("doors of an area", () => {
  it("SPE4HD-7: each container is opened to whom the plan names, by ids and never by names", () => {
    const user = only("ServiceUser");
    const crawler = `digimed-heart-looked-up:${user.name}-id`;
    expect(container("run").inputs).toMatchObject({ readers: [crawler], writers: [] });
    expect(container("results").inputs).toMatchObject({ readers: [], writers: [crawler] });
    expect(container("released").inputs).toMatchObject({ readers: ["reader"], writers: [] });
    expect(container("ingest-heart-centre").inputs).toMatchObject({ readers: [], writers: [], signed: true });
  });

  it("DIGIMED-9: what came in and what waits is protected and kept, keys and credentials are not", () => {
    for (const { name, protect, retainOnDelete } of ofType(resources, "Container"))
      expect({ name, protect, retainOnDelete }).toEqual({ name, protect: true, retainOnDelete: true });
    for (const type of ["IngestKey", "ServiceUser", "ApplicationCredential"]) expect(only(type).protect).toBe(false);
  });

  it("C4H-14: the credential names the project's id in every rule, and waits for the user's role", () => {
    const credential = only("ApplicationCredential");
    const rules = credential.inputs["accessRules"] as { path: string; service: string }[];
    expect(rules).toHaveLength(3);
    for (const { path, service } of rules) {
      expect(service).toBe("object-store");
      expect(path).toMatch(/^\/v1\/AUTH_digimed-heart-looked-up\/digimed-heart-(run|results)(\/\*\*)?$/);
    }
    const roles = ofType(resources, "ProjectAccess").find(({ name }) => name === "digimed-heart-access-roles");
    expect(credential.dependencies).toContain(roles?.urn);
    expect(roles?.inputs["assignments"]).toContainEqual({ role: "reader", userId: `${only("ServiceUser").name}-id` });
  });

  it("DIGIMED-20: the key is made after its container, and knows networks and end", () => {
    const key = only("IngestKey");
    expect(key.inputs).toMatchObject({
      networks: ["192.0.2.16/28", "2001:db8:17::/64"],
      expiresAt: "2028-06-30T23:59:59Z",
      // The programs run here as on the permit's last day, when this door is over.
      enabled: false,
      cloud: "digimed-heart",
    });
    expect(key.dependencies).toContain(container("ingest-heart-centre").urn);
  });

  it("a zone without doors makes none of it", async () => {
    const plain = await runZone(examples.zone());
    for (const type of ["Container", "IngestKey", "ServiceUser", "ApplicationCredential", "Doors", "ServiceUsers"])
      expect(ofType(plain.resources, type)).toEqual([]);
  });
});
