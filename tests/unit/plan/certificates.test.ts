import { describe, expect, it } from "vitest";
import { planned } from "../../../plan/types.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { examples, withCertificates } from "./examples.ts";

describe("client certificates of a zone (C4H-10)", () => {
  const plan = planTenant(withCertificates(examples.tenant()), examples.entry());

  it("are a role for the zone's names and hours, and a policy that leads to it alone", () => {
    expect(planned(plan, "certificate-role")).toMatchObject([
      {
        id: "certificate-role/digimed",
        name: "digimed-clients",
        facts: { authority: "main", mount: "pki-clinics", domains: ["digimed.example.org"], maxTtlSeconds: 43_200 },
        because: ["tenant.certificates"],
      },
    ]);
    const [policy] = planned(plan, "certificate-policy");
    expect(policy?.facts.roleId).toBe("certificate-role/digimed");
    expect(policy?.facts.policy).toContain('path "pki-clinics/sign/digimed-clients" {\n  capabilities = ["update"]\n');
    // Of the request's own end the role's longest life knows nothing.
    const said = [...(policy?.facts.policy ?? "").matchAll(/^ {4}"(\w+)" = \[\]$/gm)].map(([, name]) => name);
    expect(said).toEqual(["common_name", "csr", "format", "ttl"]);
  });

  it("are none where nobody asked, and never a certificate, a key or a token", () => {
    const none = planTenant(examples.tenant(), examples.entry());
    for (const kind of ["certificate-role", "certificate-policy"] as const) expect(planned(none, kind)).toEqual([]);
    expect(JSON.stringify(plan)).not.toMatch(/BEGIN|PRIVATE|"token"/);
  });
});
