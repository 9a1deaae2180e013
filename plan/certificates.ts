import type { TenantConfig } from "../config/index.ts";
import type { PlanBuilder } from "./build.ts";
import { byText } from "./names.ts";

/** Name of the role and the policy of a zone. */
export const certificateRole = (zone: string): string => `${zone}-clients`;

/**
 * What a service may say in its request. `not_after` is not among it: it would win over the role's longest life (its source,
 * builtin/logical/pki, `getCertificateNotAfter`).
 */
const PARAMETERS = ["common_name", "csr", "format", "ttl"];

/** The policy by which a service gets certificates: it may have its own request signed, and nothing else. */
export const certificatePolicy = (zone: string, mount: string): string =>
  [
    `# Tresor: services of zone ${zone} have their own requests signed. No private key leaves them.`,
    `path "${mount}/sign/${certificateRole(zone)}" {`,
    `  capabilities = ["update"]`,
    `  allowed_parameters = {`,
    ...PARAMETERS.map((name) => `    "${name}" = []`),
    `  }`,
    `}`,
    "",
  ].join("\n");

/** What a zone's services need to get client certificates: a role that says for which names, and a policy that says who may ask. */
export function planCertificates(plan: PlanBuilder, { zone, certificates }: TenantConfig): void {
  if (certificates === undefined) return;
  const { authority, mount, domains, hours } = certificates;
  const name = certificateRole(zone);
  const because = "tenant.certificates";
  const role = { authority, mount, domains: domains.toSorted(byText), maxTtlSeconds: hours * 3600 };
  const roleId = plan.add("certificate-role", [zone], name, role, because);
  const policy = { authority, roleId, policy: certificatePolicy(zone, mount) };
  plan.add("certificate-policy", [zone], name, policy, because);
}
