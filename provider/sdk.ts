/**
 * The classes by which components use the `tresor` provider. Every resource takes `cloud`: the name of a `clouds.yaml` entry,
 * whose scope (project, domain, system) decides what it may do; those in a Quobyte cluster take `cluster`, an entry of
 * `quobyte.yaml`. Credentials are never inputs.
 */
export * from "./sdk/compute.ts";
export * from "./sdk/identity.ts";
export * from "./sdk/keys.ts";
export * from "./sdk/network.ts";
export * from "./sdk/objects.ts";
export * from "./sdk/quobyte.ts";
export * from "./sdk/pki.ts";
export * from "./sdk/router.ts";
export * from "./sdk/service-user.ts";
export * from "./sdk/storage.ts";
export * from "./sdk/vpn.ts";
