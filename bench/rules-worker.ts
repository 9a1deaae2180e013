// Makes many rules of one security group on the real Neutron, as one rule set and one by one, in a project of its own that goes away
// at the end. A process of its own, since how it calls itself to the APIs is read at the start. Prints what each took.
import { setTimeout } from "node:timers/promises";
import { TresorProvider } from "../provider/server.ts";
import { devcloudSettings } from "../scripts/devcloud/index.ts";
import { site } from "../tests/e2e/provider-site.ts";
import { Resource } from "../tests/unit/provider/fake/harness.ts";
import { countCalls, markLogs, requestsSince, type CallCount } from "./requests.ts";

const [runs, count] = [Number(process.argv[2]), Number(process.argv[3])];
const agent = process.env.TRESOR_USER_AGENT ?? "";
const { logs } = devcloudSettings().dirs;
const rules = Array.from({ length: count }, (_, index) => ({
  ...{ direction: "ingress", ethertype: index % 2 === 0 ? "IPv4" : "IPv6", protocol: "tcp" },
  ...{ portMin: 1000 + index, remoteCidr: index % 2 === 0 ? `10.1.${index}.0/24` : `fd00:1:${index}::/64` },
}));
const together: number[] = [];
const single: number[] = [];
let calls: readonly CallCount[] = [];
const scratch = await site();
try {
  const provider = new TresorProvider({ open: () => Promise.resolve(scratch.area) });
  const quota = { quota: { security_group: 100, security_group_rule: 2000 } };
  await scratch.operator.request("network", "PUT", `/quotas/${scratch.projectId}`, { body: quota });
  const group = async (name: string): Promise<string> =>
    (await scratch.make("network", "/security-groups", "security_group", { name }, scratch.area)).id;
  for (let run = 1; run <= runs; run++) {
    const securityGroupId = await group(`set-${run}`);
    await setTimeout(300); // a request is logged after its answer was sent
    const args = { cloud: "area", securityGroupId, rules };
    const mark = await markLogs(logs);
    let start = performance.now();
    await new Resource(provider, "tresor:network:RuleSet", `rules-${run}`).create(args);
    together.push(performance.now() - start);
    calls = countCalls(await requestsSince(logs, mark, agent));
    const security_group_id = await group(`single-${run}`);
    start = performance.now();
    for (const { portMin, remoteCidr, ...rule } of rules) {
      const range = { port_range_min: portMin, port_range_max: portMin, remote_ip_prefix: remoteCidr };
      const body = { security_group_rule: { ...rule, ...range, security_group_id } };
      await scratch.area.request("network", "POST", "/security-group-rules", { body });
    }
    single.push(performance.now() - start);
  }
} finally {
  await scratch.down();
}
process.stdout.write(JSON.stringify({ together, single, calls }));
