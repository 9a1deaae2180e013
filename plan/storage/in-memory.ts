import { joinUserData } from "../user-data.ts";

/** Where programs of a machine that keeps its data in memory write: memory, and gone with the machine. */
export const WORK_DIRECTORY = "/work";

/** Directories that programs write to without being told. */
const TEMPORARY = ["/tmp", "/var/tmp"] as const;

/**
 * Runs early at every start, before any part of the user data: no swap, memory in place of the directories for data, no dump of a
 * program's memory and no log on the disk. What fails stops the machine from coming up as if it kept the promise.
 * @param root where the machine's files are; for tests
 */
export const inMemoryScript = (root = ""): string => `#cloud-boothook
#!/bin/sh
# Data of this machine stays in memory: written by its zone's plan.
set -eu
systemctl mask swap.target >/dev/null 2>&1 || true
swapoff -a
[ "$(wc -l <${root}/proc/swaps)" -le 1 ] || { echo "tresor: swap is on, the machine stops" >&2; poweroff -f; exit 1; }
in_memory() {
  mkdir -p "$1"
  mountpoint -q "$1" || mount -t tmpfs -o "rw,nosuid,nodev,mode=1777,size=$2" tmpfs "$1" || {
    echo "tresor: $1 is not in memory, the machine stops" >&2
    poweroff -f
    exit 1
  }
}
in_memory ${root}${WORK_DIRECTORY} 50%
${TEMPORARY.map((directory) => `in_memory ${root}${directory} 10%`).join("\n")}
echo '|/bin/false' >${root}/proc/sys/kernel/core_pattern
mkdir -p ${root}/etc/systemd/journald.conf.d ${root}/etc/systemd/coredump.conf.d
printf '[Journal]\\nStorage=volatile\\n' >${root}/etc/systemd/journald.conf.d/10-tresor.conf
printf '[Coredump]\\nStorage=none\\nProcessSizeMax=0\\n' >${root}/etc/systemd/coredump.conf.d/10-tresor.conf
systemctl try-restart systemd-journald.service >/dev/null 2>&1 || true
`;

const BOUNDARY = "==tresor-data-in-memory==";

/**
 * User data of a machine that keeps its data in memory: ours, and after it that of the config, as parts of one message.
 * @throws Error for a kind of text that cloud-init could not join: a rule refuses it before
 */
export function inMemoryUserData(own?: string): string {
  if (own === undefined) return inMemoryScript();
  return joinUserData(BOUNDARY, [inMemoryScript(), own]);
}
