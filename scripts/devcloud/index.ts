/** The one-machine cloud: a real OpenStack on this machine, for trials, tests and the demo. */
export { devcloudReset, devcloudUp } from "./lifecycle.ts";
export { devcloudDown } from "./down.ts";
export { devcloudStatus } from "./status.ts";
export type { DevcloudStatus, ServiceStatus } from "./status.ts";
export { devcloudPolicy, POLICY_PARTS } from "./policy.ts";
export type { PolicyPart } from "./policy.ts";
export { devcloudSettings } from "./settings.ts";
export type { DevcloudHost, DevcloudOptions, DevcloudSettings } from "./settings.ts";
