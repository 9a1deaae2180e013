import { failed, ok, type Check } from "../types.ts";

interface LimitFacts {
  /** Names of all registered limits in Keystone. */
  readonly registered: readonly string[];
}

const isNovas = (name: string): boolean => name === "servers" || name.startsWith("class:");

/** Nova does not count by unified limits: with that driver Nova 34 refuses every SEV-SNP machine, because its check sees no image. */
export const unifiedLimits: Check<LimitFacts> = {
  id: "unified-limits",
  title: "Nova does not use unified limits",
  requirements: ["DIGIMED-1", "DIGIMED-7"],
  applies: { platform: true, tenant: true, zone: true },
  async fetch({ entry, session }) {
    const limits = await (
      await session(entry)
    ).paginate<{ resource_name: string }>("identity", "/registered_limits", "registered_limits", {
      what: "list registered limits",
    });
    return { registered: limits.map(({ resource_name: name }) => name) };
  },
  judge({ registered }) {
    const novas = registered.filter(isNovas).toSorted();
    if (novas.length === 0)
      return ok("Keystone has no registered limit of Nova's, without which that driver starts nothing");
    return failed(
      `Keystone has registered limits of Nova's: ${novas.join(", ")}`,
      "set [quota] driver = nova.quota.DbQuotaDriver in nova.conf and remove these limits",
    );
  },
};
