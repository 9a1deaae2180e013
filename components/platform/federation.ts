import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { FederationProtocol, IdentityProvider, Mapping } from "../../provider/sdk.ts";
import { TresorComponent, type Scope } from "../base.ts";

export interface FederationArgs {
  readonly scope: Scope;
  readonly provider: Planned<"identity-provider">;
  readonly mapping: Planned<"mapping">;
  readonly protocol: Planned<"federation-protocol">;
}

/** An identity provider with its mapping and its protocol. What the web server before Keystone needs is not made here: docs/persons.md. */
export class Federation extends TresorComponent {
  constructor(name: string, args: FederationArgs, options?: pulumi.ComponentResourceOptions) {
    super("platform:Federation", name, args.scope, options);
    const { provider, mapping, protocol } = args;
    const made = new IdentityProvider(
      this.childName("identity-provider"),
      {
        cloud: this.cloud,
        name: provider.name,
        description: provider.facts.title,
        enabled: true,
        remoteIds: [...provider.facts.remoteIds],
        ...(provider.facts.domain === null ? {} : { domainId: provider.facts.domain }),
        authorizationMinutes: provider.facts.groupMinutes,
      },
      this.own(),
    );
    const rules = new Mapping(
      this.childName("mapping"),
      { cloud: this.cloud, name: mapping.name, rules: JSON.stringify(mapping.facts.rules) },
      this.own(),
    );
    new FederationProtocol(
      this.childName("protocol"),
      {
        cloud: this.cloud,
        identityProviderId: made.id,
        name: protocol.facts.protocol,
        mappingId: rules.id,
        remoteIdAttribute: protocol.facts.remoteIdAttribute,
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}
