import { z } from "zod";
import type { Kind } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Facts, Live } from "../network/objects.ts";
import { createObject, readObject, removeObject } from "../network/objects.ts";
import { description, name } from "../network/subnet.ts";

// No default anywhere: Neutron's own are IKEv1, SHA-1, AES-128 and group 5. What is strong enough is for a zone's rules to say.
const algorithm = z.string().min(1);
const common = {
  name,
  description,
  authAlgorithm: algorithm,
  encryptionAlgorithm: algorithm,
  pfs: algorithm,
  /** Seconds. */
  lifetime: z.int("must be whole seconds").min(60, "must be 60 seconds or more"),
};

interface LivePolicy extends Live {
  readonly auth_algorithm: string;
  readonly encryption_algorithm: string;
  readonly pfs: string;
  readonly lifetime: { readonly units: string; readonly value: number };
}

const commonToLive = {
  authAlgorithm: (auth_algorithm: string) => ({ auth_algorithm }),
  encryptionAlgorithm: (encryption_algorithm: string) => ({ encryption_algorithm }),
  pfs: (pfs: string) => ({ pfs }),
  lifetime: (value: number) => ({ lifetime: { units: "seconds", value } }),
};
const commonFromLive = ({ auth_algorithm, encryption_algorithm, pfs, lifetime }: LivePolicy) => ({
  authAlgorithm: auth_algorithm,
  encryptionAlgorithm: encryption_algorithm,
  pfs,
  lifetime: lifetime.value,
});
const COMMON = ["authAlgorithm", "encryptionAlgorithm", "pfs", "lifetime"] as const;

const ikeInputs = z.object({
  ...common,
  ikeVersion: z.enum(["v1", "v2"]),
  phase1NegotiationMode: z.enum(["main", "aggressive"]),
});
interface LiveIke extends LivePolicy {
  readonly ike_version: "v1" | "v2";
  readonly phase1_negotiation_mode: "main" | "aggressive";
}
const ikeFacts: Facts<z.infer<typeof ikeInputs>, LiveIke> = {
  collection: { service: "network", path: "/vpn/ikepolicies", one: "ikepolicy", many: "ikepolicies", listBy: "id" },
  title: "IKE policy",
  fixed: [...COMMON, "ikeVersion", "phase1NegotiationMode"],
  toLive: {
    ...commonToLive,
    ikeVersion: (ike_version) => ({ ike_version }),
    phase1NegotiationMode: (phase1_negotiation_mode) => ({ phase1_negotiation_mode }),
  },
  fromLive: (live) => ({
    ...commonFromLive(live),
    ikeVersion: live.ike_version,
    phase1NegotiationMode: live.phase1_negotiation_mode,
  }),
};

const ipsecInputs = z.object({
  ...common,
  transformProtocol: z.enum(["esp", "ah", "ah-esp"]),
  encapsulationMode: z.enum(["tunnel", "transport"]),
});
interface LiveIpsec extends LivePolicy {
  readonly transform_protocol: "esp" | "ah" | "ah-esp";
  readonly encapsulation_mode: "tunnel" | "transport";
}
const ipsecFacts: Facts<z.infer<typeof ipsecInputs>, LiveIpsec> = {
  collection: {
    service: "network",
    path: "/vpn/ipsecpolicies",
    one: "ipsecpolicy",
    many: "ipsecpolicies",
    listBy: "id",
  },
  title: "IPsec policy",
  fixed: [...COMMON, "transformProtocol", "encapsulationMode"],
  toLive: {
    ...commonToLive,
    transformProtocol: (transform_protocol) => ({ transform_protocol }),
    encapsulationMode: (encapsulation_mode) => ({ encapsulation_mode }),
  },
  fromLive: (live) => ({
    ...commonFromLive(live),
    transformProtocol: live.transform_protocol,
    encapsulationMode: live.encapsulation_mode,
  }),
};

/** How IKE's own keys are made. Neutron changes no policy that a connection uses: every change makes another. */
export const ikePolicy: Kind = defineKind({
  module: "vpn",
  name: "IkePolicy",
  summary: "How the keys of IKE are made; every parameter stated, none left to a default.",
  inputs: ikeInputs,
  replaceOn: ["name", "description", ...COMMON, "ikeVersion", "phase1NegotiationMode"],
  create: async (call, wanted) => ({ id: (await createObject(call, ikeFacts, wanted)).live.id }),
  read: (call, policyId, state) => readObject(call, ikeFacts, policyId, state),
  delete: (call, policyId, state) => removeObject(call, ikeFacts, policyId, String(state.name ?? policyId)),
});

/** How the data are protected. Neutron changes no policy that a connection uses: every change makes another. */
export const ipsecPolicy: Kind = defineKind({
  module: "vpn",
  name: "IpsecPolicy",
  summary: "How the data in a tunnel are protected; every parameter stated, none left to a default.",
  inputs: ipsecInputs,
  replaceOn: ["name", "description", ...COMMON, "transformProtocol", "encapsulationMode"],
  create: async (call, wanted) => ({ id: (await createObject(call, ipsecFacts, wanted)).live.id }),
  read: (call, policyId, state) => readObject(call, ipsecFacts, policyId, state),
  delete: (call, policyId, state) => removeObject(call, ipsecFacts, policyId, String(state.name ?? policyId)),
});
