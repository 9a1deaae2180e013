import * as pulumi from "@pulumi/pulumi";
import { UserError, type Problem } from "../config/problem.ts";
import { planned, type Plan } from "../plan/types.ts";

/** Shortest pre-shared key: 32 signs of base64 are 192 bits. What people can remember is guessed offline from one handshake. */
const SHORTEST_PSK = 32;

/** Why a text is no pre-shared key; the text itself is never told. */
function pskFault(value: unknown): string | undefined {
  if (value === undefined) return "is not there";
  if (typeof value !== "string") return "is no text";
  // Quotes and line ends would end it early in the files that tunnels are configured by.
  if (!/^[\x21-\x7e]+$/.test(value) || /["'\\]/.test(value))
    return "has signs other than printable ASCII without quotes";
  // strongSwan would decode what follows, and Neutron takes the text as it is.
  if (/^0[sx]/i.test(value)) return "begins with 0s or 0x, which a site's strongSwan takes for an encoding";
  return value.length < SHORTEST_PSK ? `is shorter than ${SHORTEST_PSK} signs` : undefined;
}

/**
 * The values below `tresor:secrets` that a plan names, each wrapped as a secret from here on. What no object asks for is not read.
 * @param handed what the engine handed over for that key
 * @throws UserError naming each secret that is missing or too weak, and never a value
 */
export function secretsFor(plan: Plan, handed: unknown): Readonly<Record<string, pulumi.Output<string>>> {
  const values = typeof handed === "object" && handed !== null ? (handed as Readonly<Record<string, unknown>>) : {};
  const connections = planned(plan, "vpn-connection");
  const names = [...new Set(connections.map(({ facts }) => facts.secret))];
  const problems = names.flatMap((name): readonly Problem[] => {
    const fault = pskFault(Object.hasOwn(values, name) ? values[name] : undefined);
    if (fault === undefined) return [];
    const asking = connections.find(({ facts }) => facts.secret === name);
    const site = asking?.because[0] ?? "zone.sites";
    return [
      {
        what: `the pre-shared key tresor:secrets.${name} ${fault}`,
        path: `${site}.ipsec.secret`,
        allowed: `${SHORTEST_PSK} signs or more, made at random`,
        next: `openssl rand -base64 48 | tr -d '\\n' | pulumi config set --secret --path tresor:secrets.${name}`,
      },
    ];
  });
  if (problems.length > 0) throw new UserError(problems);
  return Object.fromEntries(names.map((name) => [name, pulumi.secret(values[name] as string)]));
}

/** What stands below `tresor:secrets`, in plain: only for {@link secretsFor}. */
export function handedSecrets(): unknown {
  const text = pulumi.runtime.allConfig()["tresor:secrets"];
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}
