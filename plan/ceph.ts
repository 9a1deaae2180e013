import type { Transit } from "../config/scalars.ts";
import { joinedDirectory, waitingPath, type UnitFile } from "./units.ts";

/** Ports of a Ceph cluster that a client reaches: the monitors' second protocol, and every OSD and MDS. Source: the services `ceph-mon` and `ceph` of firewalld. */
export const CEPH_PORTS = "3300/tcp, 6800-7300/tcp";

/** What a machine group's client is called; no partner can be: partners' names have no underscore. */
const MACHINES = "machines";

/**
 * Name of the CephX client by which one place uses one data set: `digimed_commons_cohort_bench_uni-north`. A key opens one data set for
 * one place; no name of the config has an underscore, so that no two pairs share a client. Manila refuses dots (`validate_cephx_id`).
 * @param bench a partner; undefined: the area's own machines
 */
export const clientName = (zone: string, area: string, dataset: string, bench?: string): string =>
  [zone, area, dataset, ...(bench === undefined ? [MACHINES] : ["bench", bench])].join("_");

/** Where a machine has the key of a client: the key alone in one line, mode 0600. */
export const secretFile = (client: string): string => `/etc/ceph/${client}.secret`;

/**
 * Options of mount.ceph(8) in the syntax of addresses, which every kernel takes. `secure`: encrypted on the way (Linux 5.11, Ceph 15.2.5),
 * and a cluster that does not offer it lets nobody in. Not mounted by itself: the unit that waits for the key does that.
 */
export const cephOptions = ({
  client,
  level,
  programs,
  transit,
}: {
  readonly client: string;
  readonly level: "ro" | "rw";
  readonly programs: boolean;
  readonly transit: Transit;
}): readonly string[] => [
  level,
  `name=${client}`,
  `secretfile=${secretFile(client)}`,
  `ms_mode=${transit === "client" ? "secure" : "prefer-secure"}`,
  "nosuid",
  "nodev",
  ...(programs ? [] : ["noexec"]),
  "_netdev",
  "noauto",
];

/** Manila names the monitors' ports of the first protocol; the second has its own (IANA), and `ms_mode` speaks no other. */
export const cephSource = (path: string): string => {
  const end = path.indexOf(":/");
  return end < 0 ? path : `${path.slice(0, end).replaceAll(/:6789(?=,|$)/g, ":3300")}${path.slice(end)}`;
};

/** The unit of systemd that mounts a directory of fstab(5) once its key is there, at each start of the machine. */
export const waitingUnit = (directory: string, secret: string): UnitFile =>
  waitingPath(joinedDirectory(directory), "mount", secret, `Mounts ${directory} once its key is there`);
