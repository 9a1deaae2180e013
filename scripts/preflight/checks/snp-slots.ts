import type { StackConfig } from "../../../config/index.ts";
import { failed, ok, type Check } from "../types.ts";

interface SlotFacts {
  readonly hosts: readonly { readonly name: string; readonly total: number; readonly used: number }[];
}

const TRAIT = "HW_CPU_X86_AMD_SEV_SNP";
const CLASS = "MEM_ENCRYPTION_CONTEXT";

/** Machines that may run at once in a tenant: each takes a slot. */
function demandOf(stack: StackConfig): number {
  if (stack.kind !== "tenant" || stack.config.preset !== "confidential") return 0;
  const { areas } = stack.config;
  return Object.values(areas).reduce(
    (sum, { quota, benches }) =>
      sum + quota.machines + Object.values(benches).reduce((more, bench) => more + bench.quota.machines, 0),
    0,
  );
}

/** There are hosts with SEV-SNP, and slots for the machines that the tenant may run. Capacity is slots, not memory. */
export const snpSlots: Check<SlotFacts> = {
  id: "snp-slots",
  title: "SEV-SNP slots for the machines granted",
  requirements: ["DIGIMED-1", "DIGIMED-15"],
  applies: { platform: true, tenant: true, zone: { because: "only the operator sees the hosts" } },
  async fetch({ entry, session }) {
    const operator = await session(entry);
    const providers = await operator.paginate<{ uuid: string; name: string }>(
      "placement",
      "/resource_providers",
      "resource_providers",
      { what: "list hosts with SEV-SNP", query: { required: TRAIT } },
    );
    const hosts = await Promise.all(
      providers.map(async ({ uuid, name }) => {
        const inventory = await operator.find<{ inventories: Record<string, { total: number; reserved: number }> }>(
          "placement",
          `/resource_providers/${uuid}/inventories`,
        );
        const usage = await operator.find<{ usages: Record<string, number> }>(
          "placement",
          `/resource_providers/${uuid}/usages`,
        );
        const { total = 0, reserved = 0 } = inventory?.inventories[CLASS] ?? {};
        return { name, total: total - reserved, used: usage?.usages[CLASS] ?? 0 };
      }),
    );
    return { hosts };
  },
  judge({ hosts }, { stack }) {
    const wanted =
      stack.kind === "platform" &&
      Object.values(stack.config.flavors).some(({ confidential }) => confidential === "sev-snp");
    const demand = demandOf(stack);
    const total = hosts.reduce((sum, host) => sum + host.total, 0);
    const used = hosts.reduce((sum, host) => sum + host.used, 0);
    const said = `${total} slots on ${hosts.length} hosts, ${used} used`;
    if (!wanted && demand === 0) return ok(`${said}; none is needed`);
    if (total === 0)
      return failed(
        "no host offers SEV-SNP slots",
        "check BIOS, kernel and libvirt of the compute hosts, and that Nova is 2026.2",
      );
    if (demand > total)
      return failed(`${said}; the tenant alone may run ${demand} machines`, "lower the quotas, or add hosts");
    return ok(demand > 0 ? `${said}; the tenant may run ${demand}` : said);
  },
};
