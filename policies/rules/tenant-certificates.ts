import type { TenantRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

export const tenantCertificates: TenantRule = {
  id: "tenant-certificates",
  kind: "tenant",
  severity: "error",
  requirements: ["C4H-10"],
  why: "each name that certificates are for is said once, so that what is taken out is closed",
  check({ config: { certificates } }) {
    const domains = certificates?.domains ?? [];
    return domains.flatMap((domain, index): readonly Violation[] => {
      const above = domains.find((other, at) => (at < index && other === domain) || domain.endsWith(`.${other}`));
      if (above === undefined) return [];
      return [
        {
          path: pathTo("certificates", "domains", index),
          what: above === domain ? "this domain stands here before" : `this domain is below ${above}, which opens it`,
          found: domain,
          next: "remove it, or the wider one",
        },
      ];
    });
  },
};
