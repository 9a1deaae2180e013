import { DOOR_CASES } from "../door-cases.ts";
import { FLOW_CASES } from "../flow-cases.ts";
import { GATEWAY_CASES } from "../gateway-cases.ts";
import { KEY_CASES } from "../key-cases.ts";
import { LOGIN_CASES } from "../login-cases.ts";
import { RUN_CASES } from "../run-cases.ts";
import { SITE_CASES } from "../site-cases.ts";
import { AREAS_CASES } from "./areas.ts";
import { DATA_CASES } from "./data.ts";
import { FLOWS_CASES } from "./flows.ts";
import { GRANTS_CASES } from "./grants.ts";
import { MACHINES_CASES } from "./machines.ts";
import { MEMORY_CASES } from "./memory.ts";
import type { ZoneCase } from "./parts.ts";

/** Each rule: at least one compliant case, one that is refused, and one where the thing is not there at all. */
export const ZONE_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  ...AREAS_CASES,
  ...DATA_CASES,
  ...DOOR_CASES,
  ...FLOW_CASES,
  ...FLOWS_CASES,
  ...GATEWAY_CASES,
  ...GRANTS_CASES,
  ...KEY_CASES,
  ...LOGIN_CASES,
  ...MACHINES_CASES,
  ...MEMORY_CASES,
  ...RUN_CASES,
  ...SITE_CASES,
};
