import { traitsOf } from "../../../plan/storage/local-disk.ts";
import { failed, ok, type Check } from "../types.ts";

interface DiskFacts {
  /** Hosts that have all traits which a flavor demands, by flavor. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
}

/** Flavors whose hosts shall encrypt local disks find hosts that say so. Whether they do is the operator's word: no API shows nova.conf. */
export const localDisks: Check<DiskFacts> = {
  id: "local-disk",
  title: "hosts that say that they encrypt local disks, for flavors that demand it",
  requirements: ["C4H-5", "C4H-11"],
  applies: { platform: true, tenant: "skip", zone: "skip" },
  async fetch({ entry, session, stack }) {
    if (stack.kind !== "platform") return { hosts: {} };
    const operator = await session(entry);
    const demanding = Object.entries(stack.config.flavors).flatMap(([name, { localDisk }]) =>
      localDisk === undefined ? [] : [{ name, traits: traitsOf(localDisk).toSorted() }],
    );
    // Placement refuses to look for a trait that nobody ever made: then no host has it.
    const known = await operator.find<{ traits: string[] }>("placement", "/traits", {
      what: "list traits of hosts",
      query: { name: "startswith:CUSTOM_TRESOR_" },
    });
    const entries = await Promise.all(
      demanding.map(async ({ name, traits }) => {
        if (!traits.every((trait) => known?.traits.includes(trait))) return [name, []] as const;
        const providers = await operator.paginate<{ name: string }>(
          "placement",
          "/resource_providers",
          "resource_providers",
          { what: `list hosts for flavor ${name}`, query: { required: traits.join(",") } },
        );
        return [name, providers.map((provider) => provider.name)] as const;
      }),
    );
    return { hosts: Object.fromEntries(entries) };
  },
  judge({ hosts }, { stack }) {
    const flavors = stack.kind === "platform" ? stack.config.flavors : {};
    const demanding = Object.keys(hosts);
    if (demanding.length === 0) return ok("no flavor demands it");
    const without = demanding.filter((name) => hosts[name]?.length === 0);
    if (without.length === 0)
      return ok(demanding.map((name) => `${name}: ${hosts[name]?.join(", ") ?? ""}`).join("; "));
    const traits = [
      ...new Set(without.flatMap((name) => (flavors[name]?.localDisk ? traitsOf(flavors[name].localDisk) : []))),
    ];
    return failed(
      `no host has the traits for ${without.join(", ")}`,
      `where nova.conf is as docs/places-without-disk.md says, give the hosts ${traits.join(", ")} by a provider.yaml of nova-compute`,
    );
  },
};
