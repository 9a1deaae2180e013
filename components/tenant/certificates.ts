import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { PkiPolicy, PkiRole } from "../../provider/sdk.ts";
import { TresorComponent, type Scope } from "../base.ts";

export interface CertificatesArgs {
  readonly scope: Scope;
  readonly role: Planned<"certificate-role">;
  readonly policies: readonly Planned<"certificate-policy">[];
}

/** How a zone's services get client certificates: the role, then the policy that leads to it. */
export class Certificates extends TresorComponent {
  constructor(name: string, { scope, role, policies }: CertificatesArgs, options?: pulumi.ComponentResourceOptions) {
    super("tenant:Certificates", name, scope, options);
    const { authority, mount, domains, maxTtlSeconds } = role.facts;
    const made = new PkiRole(
      this.childName("role"),
      { authority, mount, name: role.name, domains: [...domains], maxTtl: maxTtlSeconds },
      this.own(),
    );
    for (const { name: called, facts } of policies)
      new PkiPolicy(
        this.childName("policy"),
        { authority: facts.authority, name: called, policy: facts.policy },
        this.own({ dependsOn: made }),
      );
    this.registerOutputs({});
  }
}
