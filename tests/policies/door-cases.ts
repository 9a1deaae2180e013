import { doors } from "../../config/doors.ts";
import type { Case } from "./fixtures.ts";
import { byIpsec, heart, type Zone } from "./zone-parts.ts";

const INGEST = { networks: ["192.0.2.16/28", "2001:db8:17::/64"], size: "50 GiB" };
const RESULTS = { crawler: "crawler", size: "5 GiB" };
const AT = "zone.areas.heart.doors";

type Door = Record<string, unknown>;
/** Both doors of the area heart, each changed. */
const withDoors = (config: Zone, ingest: Door = {}, results: Door = {}, provider = "heart-centre"): void => {
  const section = { ingest: { [provider]: { ...INGEST, ...ingest } }, results: { ...RESULTS, ...results } };
  heart(config).doors = doors.parse(section) as never;
};
const ingest = (name: string, change: Door, ...refuses: string[]): Case<"zone"> => ({
  name,
  change: (config) => withDoors(config, change),
  ...(refuses.length === 0 ? {} : { refuses: refuses.map((path) => `${AT}.ingest.heart-centre.${path}`) }),
});
const crawler = (name: string, words: string, change: (config: Zone) => void = () => undefined): Case<"zone"> => ({
  name,
  change: (config) => {
    withDoors(config, {}, { crawler: words });
    change(config);
  },
  refuses: [`${AT}.results.crawler`],
});

/** Rules about doors: data in, results out. */
export const DOOR_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
  "door-provider": [
    { name: "a partner of the permit", change: (c) => withDoors(c) },
    {
      name: "a site",
      change: (c) => {
        byIpsec(c, ["192.168.40.0/24"]);
        withDoors(c, {}, {}, "clinic");
      },
    },
    {
      name: "nobody that the zone knows",
      change: (c) => withDoors(c, {}, {}, "somebody"),
      refuses: [`${AT}.ingest.somebody`],
    },
    {
      name: "an inherited name",
      change: (c) => withDoors(c, {}, {}, "constructor"),
      refuses: [`${AT}.ingest.constructor`],
    },
  ],
  "door-networks": [
    ingest("certain networks of both versions", {}),
    ingest("one address", { networks: ["198.51.100.7/32"] }),
    ingest("everywhere, IPv4", { networks: ["0.0.0.0/0"] }, "networks[0]"),
    ingest("everywhere, IPv6", { networks: ["192.0.2.16/28", "::/0"] }, "networks[1]"),
    ingest("half a continent", { networks: ["192.0.0.0/8"] }, "networks[0]"),
    ingest("an address inside a network", { networks: ["192.0.2.17/28"] }, "networks[0]"),
    ingest("loopback", { networks: ["127.0.9.0/28"] }, "networks[0]"),
    ingest("one twice", { networks: ["192.0.2.16/28", "192.0.2.16/28"] }, "networks[1]"),
  ],
  "door-until": [
    ingest("with the permit", {}),
    ingest("on the permit's last day", { until: "2029-12-31" }),
    ingest("at a point of that day", { until: "2029-12-31T18:00:00Z" }),
    ingest("a day later", { until: "2030-01-01" }, "until"),
    {
      name: "results, years later",
      change: (c) => withDoors(c, {}, { until: "2031-01-01" }),
      refuses: [`${AT}.results.until`],
    },
    { name: "over already: it is shut, and the zone goes on", change: (c) => withDoors(c, { until: "2026-01-01" }) },
  ],
  "door-crawler": [
    { name: "a name of its own", change: (c) => withDoors(c) },
    crawler("a partner, whose people read what is released", "heart-centre"),
    crawler("the pipeline", "pipeline"),
    crawler("a person", "ada", (c) => {
      c.permit.persons = { ada: { partner: "heart-centre", identity: { user: "ada@example.org" } } };
    }),
  ],
  "door-readers": [
    { name: "the permit does not say", change: (c) => withDoors(c) },
    {
      name: "the permit lets aggregates out",
      change: (c) => {
        c.permit.outputs = ["aggregates"];
        withDoors(c);
      },
    },
    {
      name: "the permit lets nothing out",
      change: (c) => {
        c.permit.outputs = [];
        withDoors(c);
      },
      refuses: [`${AT}.results`],
    },
  ],
};
