export { FAULTS } from "./faults.ts";
export type { GivenFault } from "./faults.ts";
export { Simulator } from "./server.ts";
export type { Call, SimulatorOptions } from "./server.ts";
export { loopbackTls } from "./tls.ts";
export type { Tls } from "./tls.ts";
