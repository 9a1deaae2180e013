import { sendsInClear } from "../../../openstack/transport.ts";
import { failed, notChecked, ok, projectEntry, type Check } from "../types.ts";

/** What Swift tells everybody of itself at `/info`. */
interface SwiftInfo {
  readonly swift?: { readonly version?: string };
  readonly tempurl?: { readonly methods?: readonly string[]; readonly allowed_digests?: readonly string[] };
  readonly object_versioning?: object;
  readonly container_quotas?: object;
}

interface StorageFacts {
  /** Address in the catalogue. */
  readonly address?: string;
  readonly info?: SwiftInfo;
}

/** What doors need and this service lacks. */
function lacks({ tempurl, object_versioning, container_quotas }: SwiftInfo): readonly string[] {
  const signs =
    tempurl?.methods?.includes("PUT") === true && (tempurl.allowed_digests ?? ["sha256"]).includes("sha256");
  return [
    ...(signs ? [] : ["signed addresses for PUT (tempurl with sha256)"]),
    ...(object_versioning === undefined ? ["older versions of objects (versioned_writes)"] : []),
    ...(container_quotas === undefined ? ["quotas of containers (container_quotas)"] : []),
  ];
}

/** The object storage can hold the zone's doors: with TLS, and with what Swift must be set up for. */
export const objectStorage: Check<StorageFacts> = {
  id: "object-storage",
  title: "object storage holds doors",
  requirements: ["DIGIMED-2", "DIGIMED-20"],
  applies: { platform: "skip", tenant: "skip", zone: true },
  async fetch(context) {
    const session = await context.session(projectEntry(context));
    const address = await session.address("object-store");
    if (address === undefined) return {};
    // Beside the version and the account that end the catalogue's address.
    const { body, status } = await session.request<SwiftInfo>("object-store", "GET", "/../../info", {
      what: "read what the object storage can do",
      expect: [401, 403, 404],
    });
    return status === 200 && typeof body === "object" ? { address, info: body } : { address };
  },
  judge({ address, info }, { stack }) {
    const { config, kind } = stack;
    const doors = kind === "zone" && Object.values(config.areas).some((area) => area.doors !== undefined);
    if (!doors) return ok("no area has a door");
    if (address === undefined) return failed("the catalogue lists no object storage", "ask the operator for Swift");
    if (sendsInClear(address))
      return failed(`${new URL(address).origin} is without TLS`, "ask the operator for an address with https");
    if (info === undefined)
      return notChecked("it does not tell what it can do (/info)", "ask the operator which middleware Swift runs");
    const missing = lacks(info);
    if (missing.length > 0) return failed(`it lacks ${missing.join(", ")}`, "ask the operator to set Swift up for it");
    return ok(`Swift ${info.swift?.version ?? "of unknown version"}: signed addresses, versions, quotas`);
  },
};
