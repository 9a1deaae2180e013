import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { benchEntries, withPeople, type BenchEntry } from "../../../scripts/demo/people.ts";
import { examples } from "../plan/examples.ts";

const benches = benchEntries(examples.zone());
const FILE = "clouds.yaml";
const PIPELINE = "# the pipeline's\nclouds:\n  digimed:\n    auth: { username: pipe }\n";

/** A cloud on which these entries log in, and everybody can be made. */
function cloud(...known: readonly string[]) {
  const made: string[] = [];
  return {
    made,
    logsIn: async (entry: string) => known.includes(entry),
    make: async ({ entry, place }: BenchEntry) => (made.push(entry), { auth: { project_name: entry, place } }),
  };
}

describe("people of the demo", () => {
  it("are one for each bench, and none for an area without", () =>
    expect(benches.map(({ entry, place }) => `${entry} ${place}`)).toEqual([
      "digimed-commons-heart-centre commons/heart-centre",
      "digimed-commons-uni-north commons/uni-north",
      "digimed-commons-uni-south commons/uni-south",
    ]));

  it("get entries beside the pipeline's, which stays as it is", async () => {
    const at = cloud();
    const text = await withPeople(PIPELINE, FILE, benches, at);
    expect(text).toContain("# the pipeline's");
    expect(Object.keys(parse(text).clouds)).toEqual(["digimed", ...benches.map(({ entry }) => entry)]);
  });

  it("are kept while they log in: a second run changes nothing", async () => {
    const names = benches.map(({ entry }) => entry);
    const text = await withPeople(PIPELINE, FILE, benches, cloud());
    const again = cloud(...names);
    expect(await withPeople(text, FILE, benches, again)).toBe(text);
    expect(again.made).toEqual([]);
  });

  it("are made anew where their zone was made anew, each by itself", async () => {
    const [first = "", ...others] = benches.map(({ entry }) => entry);
    const text = await withPeople(PIPELINE, FILE, benches, cloud());
    const at = cloud(...others);
    await withPeople(text.replaceAll("project_name", "gone"), FILE, benches, at);
    expect(at.made).toEqual([first]);
  });
});
