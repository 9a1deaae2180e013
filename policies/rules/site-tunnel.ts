import { asNetwork } from "../../plan/vpn/gateway.ts";
import { formatCidr, overlaps, parseCidr } from "../../plan/addresses.ts";
import { endText, isBeyond } from "../../plan/ends.ts";
import { flowsOf } from "../../plan/flows.ts";
import { ipsecWeaknesses } from "../../plan/vpn/ipsec.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { pathTo } from "../walk.ts";
import { isTooWide } from "./end-range.ts";

const common = { kind: "zone", severity: "error", requirements: ["C4H-3"] } as const;

/** How each kind of site comes in stands in the section of its name. */
export const siteSection: ZoneRule = {
  ...common,
  id: "site-section",
  why: "without its end of the tunnel nothing can be built, and with two nobody knows which one holds",
  check({ config }) {
    return Object.entries(config.sites).flatMap(([name, site]): readonly Violation[] => {
      const other = site.kind === "ipsec" ? "wireguard" : "ipsec";
      const missing: readonly Violation[] =
        site[site.kind] === undefined
          ? [
              {
                path: pathTo("sites", name),
                what: `a site of kind ${site.kind} needs the section ${site.kind}`,
                allowed: `${site.kind}: with ${site.kind === "ipsec" ? "peer and secret" : "publicKey"}`,
                next: "ask the site for it; docs/sites.md has an example of each kind",
              },
            ]
          : [];
      if (site[other] === undefined) return missing;
      return [
        ...missing,
        {
          path: pathTo("sites", name, other),
          what: `a site of kind ${site.kind} has no section ${other}`,
          found: other,
          allowed: site.kind,
          next: "remove the section, or change the kind",
        },
      ];
    });
  },
};

export const siteFlow: ZoneRule = {
  ...common,
  id: "site-flow",
  why: "a site reaches what flows name: one that none names would get a tunnel to nothing, or none without a word",
  check({ config }) {
    const named = new Set(flowsOf(config).flatMap(({ from, to }) => [from, to].filter(isBeyond).map(endText)));
    // A flow that other rules refuse opens nothing, but names its site.
    const written = [...Object.values(config.areas).flatMap(({ flows }) => flows), ...config.flows];
    for (const { from, to } of written) for (const end of [from, to]) named.add(end);
    return Object.keys(config.sites)
      .filter((name) => !named.has(`site/${name}`))
      .map((name) => ({
        path: pathTo("sites", name),
        what: `no flow names site/${name}`,
        allowed: "a site with a flow",
        next: "write the flow that the site is for, or remove the site",
      }));
  },
};

export const siteIpsec: ZoneRule = {
  ...common,
  id: "site-ipsec",
  why: "a tunnel is as strong as its weakest parameter, and what is recorded today is read in twenty years",
  check({ config }) {
    return Object.entries(config.sites).flatMap(([name, { ipsec }]): readonly Violation[] =>
      ipsec === undefined
        ? []
        : ipsecWeaknesses(ipsec).map(({ key, found, allowed, why, source }) => ({
            path: pathTo("sites", name, "ipsec", key),
            what: `this is too weak for a tunnel: ${why} (${source})`,
            found,
            allowed,
            next: "take one that is allowed, or leave it out: every default is strong",
          })),
    );
  },
};

/** The ends of the tunnels themselves, which must be told apart as much as what is behind them. */
export const sitePeer: ZoneRule = {
  ...common,
  id: "site-peer",
  why: "the cloud tells tunnels apart by the other end's address and key, and takes the first for both without a word",
  check({ config }) {
    const seen = new Map<string, string>();
    const ours = Object.values(config.granted.networks).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]);
    return Object.entries(config.sites).flatMap(([name, { ipsec, wireguard, networks }]): readonly Violation[] => {
      const claims = [
        ...(ipsec === undefined
          ? []
          : [{ value: formatCidr(parseCidr(asNetwork(ipsec.peer))), at: ["ipsec", "peer"] }]),
        ...(wireguard === undefined ? [] : [{ value: wireguard.publicKey, at: ["wireguard", "publicKey"] }]),
        ...(wireguard?.endpoint === undefined ? [] : [{ value: wireguard.endpoint, at: ["wireguard", "endpoint"] }]),
      ];
      const twins = claims.flatMap(({ value, at }): readonly Violation[] => {
        const path = pathTo("sites", name, ...at);
        const first = seen.get(value);
        seen.set(value, first ?? name);
        if (first === undefined) return [];
        const next = `ask ${name} for its own; if both are one house, make them one site`;
        return [{ path, what: `the site ${first} has the same`, found: value, allowed: "one of its own", next }];
      });
      const peer = ipsec === undefined ? undefined : asNetwork(ipsec.peer);
      const inside =
        peer &&
        [...ours, ...networks.filter((one) => !isTooWide(one, "site"))].find((network) => overlaps(network, peer));
      if (ipsec === undefined || inside === undefined) return twins;
      return [
        ...twins,
        {
          path: pathTo("sites", name, "ipsec", "peer"),
          what: "the device would be reached through its own tunnel",
          found: `${ipsec.peer} in ${inside}`,
          allowed: "an address outside of the site's and the zone's networks",
          next: "name the device's public address",
        },
      ];
    });
  },
};
