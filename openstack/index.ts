/** The one client of OpenStack's APIs that the provider, drift, preflight and the command line share. */
export * from "./clouds-file.ts";
export * from "./errors.ts";
export * from "./lookup.ts";
export * from "./services.ts";
export * from "./session.ts";
export * from "./signed-address.ts";
export type { Query } from "./answers.ts";
export type { Token } from "./token.ts";
export { sendsInClear } from "./transport.ts";
