import type { Case } from "./fixtures.ts";
import { admins, analysis, commons, flow, heart, preset, room, type Zone } from "./zone-parts.ts";

/** The example with a jump host in its shared area; persons come from a network, too. */
const jump = (config: Zone): void => {
  room(config);
  preset(config, "isolated");
  admins(config);
  commons(config).machines["jump"] = { ...analysis(config) };
  commons(config).logins = { through: "jump" };
  commons(config).flows = [flow("bench/heart-centre", "machines/jump", "22/tcp")];
};

/** A jump host as the only way to log in. */
export const LOGIN_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
  "logins-group": [
    { name: "machines that are there", change: jump },
    {
      name: "machines that are not there",
      change: (c) => {
        jump(c);
        commons(c).logins = { through: "jumps" };
        commons(c).flows = [];
      },
      refuses: ["zone.areas.commons.logins.through"],
    },
    {
      name: "machines of another area",
      change: (c) => (heart(c).logins = { through: "analysis" }),
      refuses: ["zone.areas.heart.logins.through"],
    },
    { name: "unset", change: () => undefined },
  ],
  "logins-through": [
    {
      name: "people to the jump host, the jump host to all, and no login to other machines",
      change: (c) => {
        jump(c);
        commons(c).flows.push(
          flow("machines/jump", "machines/analysis", "22/tcp"),
          flow("bench/uni-north", "machines/analysis", "8443/tcp"),
          flow("bench/uni-north", "machines/analysis", "icmp"),
        );
        c.flows = [flow("network/admins", "commons/machines/jump", "22/tcp")];
      },
    },
    {
      name: "from a bench past the jump host",
      change: (c) => {
        jump(c);
        commons(c).flows.push(flow("bench/uni-north", "machines/analysis", "22/tcp"));
      },
      refuses: ["zone.areas.commons.flows[1].ports[0]"],
    },
    {
      name: "from persons to all machines, by a range that holds RDP, written in the zone's own flows",
      change: (c) => {
        jump(c);
        c.flows = [
          { ...flow("network/admins", "area/commons"), ports: ["443/tcp", "3000-4000/tcp"] },
          flow("network/admins", "commons/machines/analysis", "5901/tcp"),
        ];
      },
      refuses: ["zone.flows[0].ports[1]", "zone.flows[1].ports[0]"],
    },
    { name: "unset", change: (c) => commons(c).flows.push(flow("bench/uni-north", "machines/analysis", "22/tcp")) },
  ],
};
