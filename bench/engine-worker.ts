// Makes the resources of so many zones under mocks in place of the engine, in this one process: what the program itself costs,
// without the engine, the plugin and the cloud. Prints resources, times and memory.
import * as pulumi from "@pulumi/pulumi";
import { Zone } from "../components/zone/zone.ts";
import { loadStackFile } from "../config/loader.ts";
import { placeName } from "../plan/names.ts";
import { planned } from "../plan/types.ts";
import { planZone } from "../plan/zone.ts";
import { generateZone } from "./generate.ts";

const count = Number(process.argv[2] ?? 1);
const ids = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${name}-id`]));

const zones = Array.from({ length: count }, (_, index) => {
  const { text, name } = generateZone(index, 1, "large");
  const { stack, problems } = loadStackFile(text, name);
  if (stack?.kind !== "zone") throw new Error(`${name} is refused: ${JSON.stringify(problems[0])}`);
  return { config: stack.config, plan: planZone(stack.config) };
});

let resources = 0;
await pulumi.runtime.setMocks(
  {
    newResource: ({ name, inputs }) => {
      resources++;
      return { id: `${name}-id`, state: inputs as Record<string, unknown> };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  },
  "tresor",
  "bench",
  false,
);
const peak = (): number => process.resourceUsage().maxRSS / 1024;
const [before, readyMs] = [peak(), performance.now()];
for (const { config, plan } of zones) {
  const areas = Object.keys(config.areas).map((key) => placeName(config.name, key));
  const networks = Object.keys(config.granted.networks).map((place) => placeName(config.name, place));
  const granted = {
    domainId: "domain",
    pipelineUserId: "pipeline",
    projects: ids(planned(plan, "project-access").map(({ name }) => name)),
    networks: ids(networks),
    defaultGroups: ids(areas),
    flavors: ids(Object.keys(config.granted.flavors)),
    routers: {},
    uplinks: {},
    users: {},
    images: ids(Object.keys(config.granted.images)),
  };
  const scopes = Object.fromEntries(areas.map((area) => [area, { cloud: area }]));
  new Zone(config.name, { scope: { cloud: config.name }, areas: scopes, plan, granted });
}
const constructed = performance.now();
await pulumi.runtime.disconnect();
const done = performance.now();
const grown = peak() - before;
process.stdout.write(
  JSON.stringify({
    resources,
    readyMs,
    constructMs: constructed - readyMs,
    drainMs: done - constructed,
    grownMiB: grown,
  }),
);
