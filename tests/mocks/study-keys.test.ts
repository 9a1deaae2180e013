import { describe, expect, it } from "vitest";
import { examples, withStudyKey } from "../unit/plan/examples.ts";
import { withPersons } from "../unit/plan/people.ts";
import { ofType } from "./harness.ts";
import { runZone } from "./programs.ts";

// The programs run here as on the permit's last day: dan's own is over then.
const END = { until: "2029-12-31" };
const { resources, result } = await runZone(withStudyKey(withPersons(examples.zone()), END));
const [key, ...more] = ofType(resources, "StudyKey");

describe("keys of studies", () => {
  it("C4H-9: are made in their area with the ids of those who may read them, and nothing secret", () => {
    expect(more).toEqual([]);
    expect(key?.inputs).toMatchObject({
      cloud: "digimed-heart",
      name: "digimed-heart-mammo",
      expiration: "2029-12-31T23:59:59Z",
      readers: ["ada@heart.example-looked-up", expect.stringContaining("harvester-id")],
      consumers: [
        { service: "block-storage", resourceType: "volumes", resourceId: "digimed-heart-imaging-data-volume-id" },
      ],
      ended: false,
    });
  });

  it("DIGIMED-8: are protected and kept unless the config says the word", async () => {
    expect(key).toMatchObject({ protect: true, retainOnDelete: true });
    const open = await runZone(withStudyKey(withPersons(examples.zone()), { ...END, deletion: "allowed" }));
    expect(ofType(open.resources, "StudyKey")[0]).toMatchObject({ protect: false, retainOnDelete: false });
  });

  it("DENBI-4: of a shortened permit say so to the provider, which makes no new one", async () => {
    const { resources: closed } = await runZone(
      withStudyKey(withPersons(examples.zone()), { until: "2030-06-30", closes: "2029-12-30" }),
    );
    expect(ofType(closed, "StudyKey")[0]?.inputs).toMatchObject({
      expiration: "2030-06-30T23:59:59Z",
      readers: [],
      shortened: true,
    });
    expect(key?.inputs).not.toHaveProperty("shortened");
  });

  it("wait for the role by which the pipeline writes their lists", () => {
    const roles = ofType(resources, "ProjectAccess").find(({ name }) => name === "digimed-heart-access-roles");
    expect(key?.dependencies).toContain(roles?.urn);
    expect(roles?.inputs["assignments"]).toContainEqual({ role: "manager", userId: "pipeline-user" });
  });

  it("wait for persons who have not logged in yet, say for whom, and open to the others", async () => {
    expect(result.keysWaitedFor).toEqual({});
    const zone = withStudyKey(withPersons(examples.zone()), END);
    const ada = { partner: "heart-centre", identity: { user: "ada@elsewhere.example" } };
    const late = await runZone({ ...zone, permit: { ...zone.permit, persons: { ...zone.permit.persons, ada } } });
    expect(late.result.keysWaitedFor).toEqual({ "digimed-heart-mammo": "ada" });
    expect(ofType(late.resources, "StudyKey")[0]?.inputs["readers"]).toHaveLength(1);
  });

  it("a zone without keys makes none of it", async () => {
    const plain = await runZone(examples.zone());
    for (const type of ["StudyKey", "StudyKeys"]) expect(ofType(plain.resources, type)).toEqual([]);
  });
});
