import { stringify } from "yaml";
import { INTERFACE, type GatewayFacts } from "./gateway.ts";
import { gatewayRuleset } from "./nftables.ts";
import { gatewayConfig, PATHS, type GatewayPaths } from "./wireguard.ts";

/** What the gateway writes before its public key on the console, so that it can be found there. */
export const CONSOLE_MARK = "tresor-vpn-public-key";

/** Makes the key where there is none, and says the public one. The key is complete under its name or not there. */
const keyScript = (paths: GatewayPaths): string => `#!/bin/sh
set -eu
say() { printf '%s\\n' "$*" > /dev/console 2>/dev/null || printf '%s\\n' "$*"; }
for tool in wg wg-quick nft; do
  command -v "$tool" > /dev/null || { say "tresor-vpn-error: the image has no $tool"; exit 1; }
done
umask 077
key=${paths.privateKey}
mkdir -p "$(dirname "$key")"
if [ ! -s "$key" ]; then
  wg genkey > "$key.new"
  mv "$key.new" "$key"
fi
say "${CONSOLE_MARK} ${INTERFACE} $(wg pubkey < "$key")"
`;

/**
 * cloud-init of a gateway machine: writes config and rule set, makes the key on the machine, starts the tunnel. It holds no secret;
 * the image brings wireguard-tools and nftables, because the zone has no way out to fetch them.
 * @throws UserError when the facts are wrong
 */
export function gatewayCloudInit(facts: GatewayFacts, paths: GatewayPaths = PATHS): string {
  const script = "/usr/local/sbin/tresor-vpn-key";
  const file = (path: string, permissions: string, content: string) => ({
    path,
    owner: "root:root",
    permissions,
    content,
  });
  const config = {
    ssh_pwauth: false,
    disable_root: true,
    write_files: [
      file(`/etc/wireguard/${INTERFACE}.conf`, "0600", gatewayConfig(facts, paths)),
      file(paths.ruleset, "0600", gatewayRuleset(facts)),
      file(script, "0700", keyScript(paths)),
    ],
    // The rule set first: whatever fails after it, the machine forwards nothing.
    runcmd: [["nft", "-f", paths.ruleset], [script], ["systemctl", "enable", "--now", `wg-quick@${INTERFACE}.service`]],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}
