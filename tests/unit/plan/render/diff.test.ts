import { describe, expect, it } from "vitest";
import { diffPlans } from "../../../../plan/render/diff.ts";
import { planOfDigimed, type Edit } from "./fixture.ts";

const before = planOfDigimed();
const sentences = (...edits: Edit[]) => diffPlans(before, planOfDigimed(...edits)).map(({ text }) => text);

describe("diff of plans (DIGIMED-10)", () => {
  it("says nothing about the same plan, and nothing about words alone", () => {
    expect(sentences()).toEqual([]);
    expect(sentences([/# A cardiology/, "# Another"])).toEqual([]);
  });

  it("says what opens, until when and why, before everything else", () => {
    const said = sentences([/ports: \[8443\/tcp\]/, "ports: [8443/tcp, 443/tcp]"], [/size: 5 GiB/, "size: 6 GiB"]);
    expect(said[0]).toBe(
      "opens bench of uni-north -> analysis 443/tcp in commons until 2029-12-31, because the university reads results in the browser (zone.areas.commons.flows[1])",
    );
    expect(said).toContain("changes share digimed-commons-cohort: sizeGiB 5 -> 6");
    expect(said).toHaveLength(2);
  });

  it("says what closes, as the reverse of what opened", () => {
    const more = planOfDigimed([/ports: \[8443\/tcp\]/, "ports: [8443/tcp, 443/tcp]"]);
    expect(diffPlans(more, before).map(({ text }) => text)).toEqual([
      "closes bench of uni-north -> analysis 443/tcp in commons",
    ]);
  });

  it("says that a flow is open longer, and that one ends earlier", () => {
    const said = sentences([/expires: 2029-12-31/, "expires: 2030-12-31"]);
    expect(said[0]).toBe(
      "keeps open bench of heart-centre -> analysis 22/tcp in commons until 2030-12-31 instead of 2029-12-31",
    );
    const shorter = planOfDigimed([/expires: 2029-12-31/, "expires: 2028-12-31"]);
    expect(diffPlans(before, shorter)[0]).toMatchObject({
      effect: "closes",
      text: expect.stringContaining("closes earlier"),
    });
  });

  it("names who may read or write a share anew, by network", () => {
    const said = sentences([/uni-north: read\n( +)machines: write/, "uni-north: write\n$1machines: write"]);
    expect(said[0]).toMatch(/^allows network digimed-commons-uni-north \([\d.]+\/24\) to write digimed-commons-cohort/);
    expect(said.at(-1)).toMatch(
      /^no longer allows network digimed-commons-uni-north .* to read digimed-commons-cohort/,
    );
  });

  it("DIGIMED-20: says what a door opens to whom, and what it no longer does", () => {
    const door = (networks: string): Edit => [
      / {8}machines:\n {10}imaging:/,
      `        doors: { ingest: { uni-north: { networks: [${networks}], size: 1 GiB } }, results: { crawler: c, size: 1 GiB } }\n$&`,
    ];
    const opened = planOfDigimed(door("192.0.2.16/28"));
    const said = diffPlans(before, opened).map(({ text }) => text);
    const because = "(zone.areas.heart.doors.results)";
    expect(said).toEqual(
      expect.arrayContaining([
        "allows 192.0.2.16/28 to send into digimed-heart-ingest-uni-north until 2029-12-31T23:59:59Z (zone.areas.heart.doors.ingest.uni-north)",
        `allows the crawler to read digimed-heart-run ${because}`,
        `allows the crawler to write digimed-heart-results ${because}`,
        `allows readers of the area to read digimed-heart-released ${because}`,
        `adds container digimed-heart-run, because of zone.areas.heart.doors.results`,
      ]),
    );
    expect(diffPlans(opened, planOfDigimed(door("198.51.100.0/24"))).map(({ text }) => text)).toEqual([
      "allows 198.51.100.0/24 to send into digimed-heart-ingest-uni-north until 2029-12-31T23:59:59Z (zone.areas.heart.doors.ingest.uni-north)",
      "no longer allows 192.0.2.16/28 to send into digimed-heart-ingest-uni-north until 2029-12-31T23:59:59Z",
    ]);
    expect(diffPlans(opened, before).map(({ text }) => text)).toContain(
      "removes container digimed-heart-run, and the data on it with it where deletion is allowed",
    );
  });

  it("says that a data set goes, and its data with it", () => {
    const without = { ...before, objects: before.objects.filter(({ id }) => id !== "volume/digimed/heart/imaging") };
    expect(diffPlans(before, without).map(({ text }) => text)).toEqual([
      "removes volume digimed-heart-imaging, and the data on it with it where deletion is allowed",
    ]);
  });

  it("says which machines come", () => {
    const said = sentences([/analysis:\n( +)flavor/, "analysis:\n$1count: 2\n$1flavor"]);
    expect(said.filter((text) => text.startsWith("adds machine"))).toEqual([
      "adds machine digimed-commons-analysis-2, because of zone.areas.commons.machines.analysis",
    ]);
  });

  it("says flows beyond the zone by their kind, and that an end means more than before (C4H-3)", () => {
    const site = (networks: string): Edit => [
      "    areas:\n      commons:",
      `    sites:\n      clinic: { title: A clinic, kind: ipsec, networks: [${networks}] }\n    flows:\n      - { from: site/clinic, to: area/heart, ports: [104/tcp], reason: images }\n    areas:\n      commons:`,
    ];
    const one = planOfDigimed(site("192.168.40.0/24"));
    expect(diffPlans(before, one).map(({ text }) => text)).toEqual([
      "opens site clinic -> all machines 104/tcp in heart until 2029-12-31, because images (zone.flows[0])",
    ]);
    const two = planOfDigimed(site("192.168.40.0/24, 192.168.50.0/24"));
    expect(diffPlans(one, two)).toEqual([
      { effect: "grants", text: "allows flows of heart with site clinic to mean 192.168.50.0/24 (zone.flows[0])" },
    ]);
    expect(diffPlans(two, one)[0]?.effect).toBe("closes");
  });
});
