import { INTERFACE } from "./gateway.ts";

/** What the gateway writes before its public key on the console, so that it can be found there. */
export const CONSOLE_MARK = "tresor-vpn-public-key";
/** Where a gateway mounts the volume of its key. */
export const KEY_MOUNT = "/var/lib/tresor-vpn";
const KEY_LABEL = "tresor-vpn-key";

const SAY = `say() { printf '%s\\n' "$*" > /dev/console 2>/dev/null || printf '%s\\n' "$*"; }`;

/**
 * Mounts the volume of the key: the one that bears its label, else the one disk with nothing on it, which gets the label. Nova attaches
 * it after the machine has started, so it is waited for.
 */
const VOLUME = `find_disk() {
  blkid -L ${KEY_LABEL} && return
  empty=
  for disk in $(lsblk -dnpo NAME,TYPE | awk '$2 == "disk" { print $1 }'); do
    [ "$(lsblk -nro NAME "$disk" | wc -l)" = 1 ] || continue
    found=0
    blkid -p "$disk" > /dev/null 2>&1 || found=$?
    [ "$found" = 2 ] || continue
    [ -z "$empty" ] || { say "tresor-vpn-error: two empty disks, which one is the key's?"; return 1; }
    empty=$disk
  done
  [ -n "$empty" ] && mkfs.ext4 -q -L ${KEY_LABEL} "$empty" && echo "$empty"
}
tries=0
until disk=$(find_disk); do
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || { say "tresor-vpn-error: the volume of the key did not come"; exit 1; }
  sleep 5
done
mkdir -p ${KEY_MOUNT}
grep -q 'LABEL=${KEY_LABEL} ' /etc/fstab || echo 'LABEL=${KEY_LABEL} ${KEY_MOUNT} ext4 nodev,nosuid,noexec,nofail 0 2' >> /etc/fstab
mountpoint -q ${KEY_MOUNT} || mount ${KEY_MOUNT}
`;

/** Makes the key where there is none, and says the public one. The key is complete under its name or not there. */
export const keyScript = (privateKey: string, isOnVolume: boolean): string => `#!/bin/sh
set -eu
${SAY}
for tool in wg wg-quick nft; do
  command -v "$tool" > /dev/null || { say "tresor-vpn-error: the image has no $tool"; exit 1; }
done
umask 077
${isOnVolume ? VOLUME : ""}key=${privateKey}
mkdir -p "$(dirname "$key")"
if [ ! -s "$key" ]; then
  wg genkey > "$key.new"
  mv "$key.new" "$key"
fi
say "${CONSOLE_MARK} ${INTERFACE} $(wg pubkey < "$key")"
`;

/**
 * Sees that the leg in the area has its addresses. The area's subnets tell every guest of routes to sites by the gateway; to the gateway
 * itself these lead to its own address, which the kernel refuses, and some network managers give up the whole leg over it.
 */
export const legsScript = (area: readonly string[], outside: readonly string[]): string => `#!/bin/sh
set -eu
${SAY}
has() { ip -o address show dev "$1" | grep -qF " $2/"; }
is_outside() { for address in ${outside.join(" ")}; do has "$1" "$address" && return; done; return 1; }
area=
for device in /sys/class/net/*/device; do
  leg=$(basename "$(dirname "$device")")
  if is_outside "$leg"; then found=yes; else area="$area $leg"; fi
done
# Without the one leg nobody can say which is the other.
[ -n "\${found:-}" ] || { say "tresor-vpn-error: no leg has an address of ${outside.join(", ")}"; exit 1; }
for leg in $area; do
  ip link set "$leg" up
  for address in ${area.join(" ")}; do
    has "$leg" "\${address%/*}" || ip address add "$address" dev "$leg"
  done
done
`;
