import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { APPROVALS } from "../../airlock/table.ts";
import { planned } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import { PRESETS } from "../../policies/presets.ts";
import { judged, zone } from "./fixtures.ts";
import { analysis, cohort, commons, heart, plain, preset, type Zone } from "./zone-parts.ts";

/**
 * Three models of use, as cloud4health cut them: anonymised data of one clinic, pseudonymised data of one clinic, data of several
 * clinics together. Each is a preset, a classification and the grants of a data set; there is no fourth word for it.
 */
describe("three models of use (C4H-18)", () => {
  const share = (config: Zone) =>
    planned(planZone(config as never), "share-access").find(({ name }) => name === "digimed-commons-cohort")!.facts
      .rules;
  const bench = (config: Zone, partner: string): string => config.granted.networks[`commons/${partner}`]!.ipv4;

  it("differ in what a zone must be: memory, ways out, whose network persons may come from", () => {
    const of = ({ memoryEncryption, outsideOut, personNetworks }: (typeof PRESETS)["open"]) => [
      memoryEncryption,
      outsideOut,
      personNetworks,
    ];
    expect(["guarded", "isolated", "confidential"].map((name) => of(PRESETS[name as keyof typeof PRESETS]))).toEqual([
      ["any", "named ports", true],
      ["any", "named ports", true],
      ["sev-snp", "none", false],
    ]);
    expect(PRESETS.guarded.outsideWidth).not.toEqual(PRESETS.isolated.outsideWidth);
  });

  it("differ in what may leave: anonymised by two approvals, pseudonymised never", () => {
    expect(APPROVALS.export.anonymised).toHaveLength(2);
    expect(APPROVALS.export.pseudonymised).toEqual([]);
    expect(APPROVALS.import.pseudonymised.length).toBeGreaterThan(0);
  });

  it("anonymised data may lie on plain machines, and be so in a preset that allows it alone", () => {
    const change = (name: "guarded" | "confidential") => (config: Zone) => {
      preset(config, name);
      cohort(config).classification = "anonymised";
      config.granted.flavors["plain"] = plain;
      config.granted.images["plain"] = { id: "0a1b2c3d", confidential: "none" };
      Object.assign(analysis(config), { flavor: "plain", image: "plain" });
    };
    expect(judged("zone", { change: change("guarded") })).toEqual([]);
    expect(judged("zone", { change: change("confidential") }).map(({ rule }) => rule)).toContain(
      "machine-confidential",
    );
  });

  it("data of one clinic lie in an area in which no other takes part, and no other can be let in there", () => {
    const roles = planned(planZone(zone() as never), "project-access").find(({ name }) => name === "digimed-heart");
    expect(roles?.facts.assignments).toEqual([{ role: "reader", partner: "heart-centre" }]);
    const shared = judged("zone", {
      change: (config) => {
        heart(config).datasets["scans"] = { ...cohort(config), access: { "uni-north": "read" } };
      },
    });
    expect(shared.map(({ rule, path }) => `${rule} ${path}`)).toContain(
      "dataset-access zone.areas.heart.datasets.scans.access.uni-north",
    );
  });

  it("across clinics data are used only by whom a grant names, with the right that it names", () => {
    const config = zone();
    const cidrs = share(config).map(({ cidr, level }) => `${cidr} ${level}`);
    expect(cidrs).toContain(`${bench(config, "heart-centre")} rw`);
    expect(cidrs).toContain(`${bench(config, "uni-north")} ro`);
    // In the same area, without a grant: nothing.
    expect(share(config).map(({ cidr }) => cidr)).not.toContain(bench(config, "uni-south"));
    cohort(config).access["uni-south"] = "read";
    expect(share(config).map(({ cidr, level }) => `${cidr} ${level}`)).toContain(`${bench(config, "uni-south")} ro`);
    const more = judged("zone", { change: (c) => (cohort(c).access["uni-south"] = "write") });
    expect(more.map(({ rule }) => rule)).toEqual(["dataset-access"]);
    expect(commons(config).partners?.["uni-south"]).toBe("read");
  });
});

describe("data of any domain (DENBI-6)", () => {
  it("no key that a zone must have, and no class of data, speaks of health", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../schemas/zone.schema.json", import.meta.url), "utf8"),
    ) as object;
    const shape = JSON.stringify(schema, (key, value: unknown) =>
      key === "description" && typeof value === "string" ? undefined : value,
    );
    expect(shape).toContain('"classification"');
    expect(shape).not.toMatch(/patient|health|clinic|diagnos|medical/i);
  });

  it("a basis in free words is one, and a word that is no basis is not", () => {
    const basis = (text: string) => judged("zone", { change: (c) => (c.permit.basis = text) }).map(({ rule }) => rule);
    expect(basis("other: licence of the satellite images' owner")).toEqual([]);
    expect(basis("a licence")).toEqual(["permit-basis"]);
  });
});

describe("the legal bases of the European and German law (DENBI-5)", () => {
  it.each(["EHDS Art. 68", "GDNG section 4", "GDNG section 6", "SGB V section 64e"])("%s is one", (name) => {
    expect(judged("zone", { change: (c) => (c.permit.basis = name) })).toEqual([]);
  });

  it("a permit without a basis, or past its end, blocks the plan", () => {
    expect(judged("zone", { change: (c) => (c.permit.basis = "none") }).map(({ rule }) => rule)).toEqual([
      "permit-basis",
    ]);
    const after = judged("zone", { change: () => undefined, today: "2030-01-01" }).map(({ rule }) => rule);
    expect(after).toContain("permit-valid");
  });
});
