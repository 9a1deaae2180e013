import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { CloudEntry } from "../../../openstack/index.ts";
import { accountsYaml, canSit, tempestConf, type Account, type Judged } from "../../long/judges/config.ts";
import { JUDGES, REFUSALS, refusalsOf } from "../../long/judges/panel.ts";
import { count, notRefused, verdictsOf, worse } from "../../long/judges/verdict.ts";

const PRINTED = `
{0} setUpClass (suite.api.test_quotas.QuotasTest) ... SKIPPED: Missing Identity Admin API credentials in configuration.
{0} suite.api.test_list.ListTest.test_list[id-0b6f7f3c,smoke] [0.010000s] ... ok
{0} suite.api.test_rules.RulesTest.test_rule_1___2_9___4_[id-1,api] [1.2s] ... ok
{0} suite.api.test_volume_dependency.VolumeImageDependencyTests.test_image_volume_dependencies_1[id-7a,image] [0.5s] ... FAILED

Captured traceback:
    tempest.lib.exceptions.Forbidden: Forbidden
Details: {'message': 'You are not authorized to complete add_image action.'}
    Request (VolumeImageDependencyTests:test_1): 403 POST http://192.0.2.1/v2/images 0.497s
{0} suite.api.test_get.GetTest.test_get[id-2] [3.0s] ... FAILED
Details: volume failed to reach available status

======
Totals
======
Ran: 5 tests in 9.0161 sec.
 - Passed: 2
`;
const verdicts = verdictsOf(PRINTED, refusalsOf("cinder"))!;
const GET = "suite.api.test_get.GetTest.test_get";
const LIST = "suite.api.test_list.ListTest.test_list";
const IMAGE = "suite.api.test_volume_dependency.VolumeImageDependencyTests.test_image_volume_dependencies_1";

const account = (project: string, userId = "u1"): Account => {
  const domain = { name: "cardio" };
  const entry: CloudEntry = {
    ...{ name: project, file: "clouds.yaml", authUrl: "https://keystone.example:5000", region: "one" },
    ...{ interface: "public", verify: true, cacert: "/etc/ca.pem" },
    credential: { kind: "password", user: { name: "cardio-pipeline", domain }, password: "marked-secret" },
    scope: { kind: "project", project: { name: project, domain } },
  };
  return { entry, userId };
};
const judged: Judged = { work: account("cardio-heart"), second: account("cardio-commons") };
const judge = (id: string) => JUDGES.find((one) => one.id === id)!;
interface Entry {
  readonly username?: string;
  readonly user_id?: string;
  readonly project_name: string;
  readonly roles: readonly string[];
}
const accounts = (id: string, more: Partial<Judged> = {}) =>
  parse(accountsYaml(judge(id), { ...judged, ...more })) as Entry[];

describe("what a judge said", () => {
  it("is read by test, and tells a refusal from a failure", () => {
    expect(verdicts).toEqual({
      "setUpClass (suite.api.test_quotas.QuotasTest)": {
        outcome: "skipped",
        says: "Missing Identity Admin API credentials in configuration.",
      },
      [LIST]: { outcome: "passed" },
      "suite.api.test_rules.RulesTest.test_rule_1___2_9___4_": { outcome: "passed" },
      [IMAGE]: { outcome: "refused", says: refusalsOf("cinder")[0]!.why },
      [GET]: { outcome: "failed", says: "Details: volume failed to reach available status" },
    });
    expect(count(verdicts, "passed")).toBe(2);
  });

  it("counts for nothing where it was broken off", () => {
    expect(verdictsOf(PRINTED.replace("Ran: 5", "Ran: 6"), [])).toBeUndefined();
    expect(verdictsOf(PRINTED.slice(0, PRINTED.indexOf("======")), [])).toBeUndefined();
    expect(verdictsOf("", [])).toBeUndefined();
  });

  it("is worse where what passed fails, is skipped, or is gone; and where what was refused is open", () => {
    expect(worse(verdicts, verdicts)).toEqual([]);
    const { [LIST]: gone, ...rest } = verdicts;
    expect(gone?.outcome).toBe("passed");
    expect(worse(verdicts, rest)).toEqual([`${LIST}: passed before, not run now`]);
    expect(worse(verdicts, { ...verdicts, [LIST]: { outcome: "failed", says: "500" } })).toEqual([
      `${LIST}: passed before, failed now: 500`,
    ]);
    expect(worse(verdicts, { ...verdicts, [IMAGE]: { outcome: "passed" } })).toEqual([
      `${IMAGE}: refused before, passed now`,
    ]);
    // What had failed before says nothing.
    expect(worse(verdicts, { ...verdicts, [GET]: { outcome: "skipped" } })).toEqual([]);
  });

  it("names what is open that is closed on purpose, and what failed otherwise", () => {
    expect(notRefused(verdicts, REFUSALS)).toEqual([]);
    expect(notRefused({ [IMAGE]: { outcome: "passed" } }, REFUSALS)).toEqual([`${IMAGE}: passed `]);
    const inTheClear = `{0} setUpClass (tempest.api.volume.test_volume_metadata.VolumesMetadataTest) [0.0s] ... FAILED
Details: {'code': 413, 'message': 'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes___DEFAULT__ quota. Requested 1G, quota is 0G and 0G has been consumed.', 'retryAfter': '0'}

======
Totals
======
Ran: 1 tests in 1 sec.`;
    const outcomes = (printed: string, id: string) =>
      Object.values(verdictsOf(printed, refusalsOf(id)) ?? {}).map(({ outcome }) => outcome);
    expect(outcomes(inTheClear, "cinder in the clear")).toEqual(["refused"]);
    expect(outcomes(inTheClear.replace("413", "500"), "cinder in the clear")).toEqual(["failed"]);
    const limited = inTheClear.replace(
      /setUpClass .*Test\)/,
      "barbican.test_quotas.QuotasTest.test_get_effective_quota",
    );
    expect(outcomes(limited.replace(/Details.*/, "MismatchError: -1 != 100"), "barbican")).toEqual(["refused"]);
    expect(outcomes(limited.replace(/Details.*/, "MismatchError: -1 != None"), "barbican")).toEqual(["failed"]);
    const broken = verdictsOf(PRINTED.replace("403 POST", "500 POST"), refusalsOf("cinder"))!;
    expect(broken[IMAGE]?.outcome).toBe("failed");
  });
});

describe("who a judge acts as", () => {
  it("is the pipeline, the second project first in the file, and reader as the same user by its id", () => {
    expect(accounts("cinder").map(({ project_name, roles }) => [project_name, ...roles])).toEqual([
      ["cardio-commons", "alt_member"],
      ["cardio-heart", "member"],
      ["cardio-heart", "reader"],
    ]);
    expect(accounts("cinder").map(({ username, user_id }) => username ?? user_id)).toEqual([
      ...["cardio-pipeline", "cardio-pipeline", "u1"],
    ]);
  });

  it("is never the operator but for the judge that needs it", () => {
    const operator = account("admin", "u0");
    for (const { id } of JUDGES.filter(({ labels }) => labels !== "operator beside"))
      expect(accounts(id, { operator }).some(({ project_name }) => project_name === "admin")).toBe(false);
    expect(accounts("manila shares", { operator }).at(-1)).toMatchObject({ project_name: "admin", roles: ["admin"] });
    expect(JUDGES.filter((one) => canSit(one, judged)).map(({ id }) => id)).toEqual(["barbican", "cinder", "manila"]);
    expect(JUDGES.every((one) => canSit(one, { ...judged, operator, closedType: "plain" }))).toBe(true);
  });

  it("is a user by name with a password on a project; anything else is named", () => {
    const { entry, userId } = account("cardio-heart");
    const with_ = (change: Partial<CloudEntry>) => () =>
      accountsYaml(judge("cinder"), { work: { entry: { ...entry, ...change }, userId } });
    expect(with_({ credential: { kind: "token", token: "marked-secret" } })).toThrow(
      /^cardio-heart in clouds.yaml is no user/,
    );
    expect(with_({ scope: { kind: "system" } })).toThrow(/^cardio-heart in clouds.yaml is not on a project/);
    expect(with_({})).not.toThrow();
  });

  it("is told to tempest without a secret, with TLS verified, and in the clear only where that is judged", () => {
    const files = { accounts: "/a", locks: "/l", logs: "/g" };
    const types = { volumeType: "encrypted-ssd", closedType: "plain" };
    const text = tempestConf(judge("cinder"), { ...judged, ...types }, files);
    expect(text).not.toContain("marked-secret");
    expect(text).toContain("use_dynamic_credentials = false");
    expect(text).toContain("disable_ssl_certificate_validation = false");
    expect(text).toContain("ca_certificates_file = /etc/ca.pem");
    expect(text).toContain("volume_type = encrypted-ssd");
    expect(tempestConf(judge("cinder in the clear"), { ...judged, ...types }, files)).toContain("volume_type = plain");
    expect(text).not.toContain("undefined");
  });
});
