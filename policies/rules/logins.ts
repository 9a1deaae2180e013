import { nearest } from "../../config/suggest.ts";
import { endText, isBeyond, placedEnd } from "../../plan/ends.ts";
import { portsMeet } from "../../plan/ports.ts";
import { LOGIN_PORTS } from "../login-ports.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, flowsAt, oneOf, own, pathTo } from "../walk.ts";

const common = { kind: "zone", severity: "error", requirements: ["SPE4HD-1", "DENBI-1"] } as const;

export const loginsGroup: ZoneRule = {
  ...common,
  id: "logins-group",
  why: "a jump host is a group of machines that is there",
  check({ config }) {
    return areasOf(config).flatMap(({ key, area, path }): readonly Violation[] => {
      const names = Object.keys(area.machines);
      if (area.logins === undefined || names.includes(area.logins.through)) return [];
      const meant = nearest(area.logins.through, names);
      return [
        {
          path: pathTo(path, "logins", "through"),
          what: `the area ${key} has no such machines`,
          found: area.logins.through,
          allowed: oneOf(names),
          next: meant === undefined ? "correct the name, or add the machines" : `did you mean ${meant}?`,
        },
      ];
    });
  },
};

/** Between machines of the area a login goes where flows say; who comes from elsewhere comes by the jump host. */
export const loginsThrough: ZoneRule = {
  ...common,
  id: "logins-through",
  why: "whoever logs in from a bench or from beyond comes by the jump host: what he does is seen in one place",
  check({ config }) {
    return flowsAt(config).flatMap((at): readonly Violation[] => {
      const [from, to] = [placedEnd(at.flow.from, at.area?.key), placedEnd(at.flow.to, at.area?.key)];
      if (from === undefined || to === undefined || isBeyond(to)) return [];
      const area = own(config.areas, to.area);
      const through = area?.logins?.through;
      // A jump host that is not there is the matter of the other rule.
      if (through === undefined || own(area?.machines, through) === undefined) return [];
      if (!(isBeyond(from) || from.kind === "bench")) return [];
      if (to.kind === "machines" && to.group === through) return [];
      return at.flow.ports.flatMap((port, index): readonly Violation[] =>
        LOGIN_PORTS.some((login) => portsMeet(login, port))
          ? [
              {
                path: pathTo(at.path, "ports", index),
                what: `this port is one for logging in, and logins to the area ${to.area} go through ${through}`,
                found: `${port} from ${endText(from)} to ${endText(to)}`,
                allowed: `machines/${through}`,
                next: `let the flow end at machines/${through}, and give that one a flow to ${endText(to)}`,
              },
            ]
          : [],
      );
    });
  },
};
