import { stringify } from "yaml";
import { INTERFACE, type GatewayFacts } from "./gateway.ts";
import { gatewayRuleset } from "./nftables.ts";
import { keyScript, KEY_MOUNT, legsScript } from "./scripts.ts";
import { gatewayConfig, PATHS, type GatewayPaths } from "./wireguard.ts";

export { CONSOLE_MARK } from "./scripts.ts";

/** Paths of a gateway whose key lies on a volume of its own. */
export const ON_VOLUME: GatewayPaths = { ...PATHS, privateKey: `${KEY_MOUNT}/${INTERFACE}.key` };

/** Addresses of a gateway's two legs: in the area with the length of their networks, and outside. */
export interface GatewayLegs {
  readonly area: readonly string[];
  readonly outside: readonly string[];
}

/**
 * cloud-init of a gateway machine: writes config and rule set, makes the key on the machine, starts the tunnel. It holds no secret;
 * the image brings wireguard-tools and nftables, because the zone has no way out to fetch them.
 * @param legs of a machine that gets its network from the cloud; absent where that is somebody else's business
 * @throws UserError when the facts are wrong
 */
export function gatewayCloudInit(facts: GatewayFacts, paths: GatewayPaths = PATHS, legs?: GatewayLegs): string {
  const [key, addresses] = ["/usr/local/sbin/tresor-vpn-key", "/usr/local/sbin/tresor-vpn-legs"];
  const isOnVolume = paths.privateKey.startsWith(`${KEY_MOUNT}/`);
  const file = (path: string, permissions: string, content: string) => ({
    path,
    owner: "root:root",
    permissions,
    content,
  });
  const unit = `wg-quick@${INTERFACE}.service`;
  const config = {
    ssh_pwauth: false,
    disable_root: true,
    write_files: [
      file(`/etc/wireguard/${INTERFACE}.conf`, "0600", gatewayConfig(facts, paths)),
      file(paths.ruleset, "0600", gatewayRuleset(facts)),
      file(key, "0700", keyScript(paths.privateKey, isOnVolume)),
      ...(legs === undefined ? [] : [file(addresses, "0700", legsScript(legs.area, legs.outside))]),
      // At the next start the volume is there before the tunnel, or the tunnel is not.
      ...(isOnVolume
        ? [file(`/etc/systemd/system/${unit}.d/key.conf`, "0644", `[Unit]\nRequiresMountsFor=${KEY_MOUNT}\n`)]
        : []),
    ],
    // The rule set first: whatever fails after it, the machine forwards nothing.
    runcmd: [
      ["nft", "-f", paths.ruleset],
      ...(legs === undefined ? [] : [[addresses]]),
      [key],
      ...(isOnVolume ? [["systemctl", "daemon-reload"]] : []),
      ["systemctl", "enable", "--now", unit],
    ],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}
