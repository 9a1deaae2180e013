import type { ZoneConfig } from "../config/index.ts";
import { PRESETS } from "../policies/presets.ts";
import type { FactsByKind } from "./facts.ts";
import { joinedDirectory, unitLines, waitingPath, type UnitFile } from "./units.ts";

type Volume = FactsByKind["quobyte-dataset"];

/** Where a machine has what proves it to the cluster: the client's configuration, with certificate and key, as the cluster's operator hands it out. */
export const clientFile = ({ volume }: Pick<Volume, "volume">): string => `/etc/quobyte/${volume}.cfg`;

/**
 * Units that mount a volume by Quobyte's own client once its configuration is there, at each start of the machine. The client's own options
 * for rights are not published: they are set on the mount point, and where that fails the volume is not left mounted with more.
 * Sources: `mount.quobyte -c <file> <registry,registry>/<volume> <directory>` and `umount.quobyte` as Cinder's and Nova's Quobyte drivers
 * call them; mount(8), "remount,bind".
 */
export function clientUnits(
  { preset }: Pick<ZoneConfig, "preset">,
  volume: Volume,
  level: "ro" | "rw",
  directory: string,
): readonly UnitFile[] {
  const file = clientFile(volume);
  const name = `quobyte-${joinedDirectory(directory)}`;
  const rights = [
    ...(level === "ro" ? ["ro"] : []),
    "nosuid",
    "nodev",
    ...(PRESETS[preset].mountedPrograms ? [] : ["noexec"]),
  ];
  const source = `${volume.registry.join(",")}/${volume.volume}`;
  return [
    {
      name: `${name}.service`,
      text: [
        "[Unit]\n",
        `Description=Mounts the Quobyte volume ${volume.volume} on ${directory}\n`,
        "Wants=network-online.target\n",
        "After=network-online.target\n",
        `ConditionPathExists=${file}\n`,
        "[Service]\n",
        "Type=forking\n",
        `ExecStartPre=/usr/bin/install -d -m 0755 ${directory}\n`,
        `ExecStart=/usr/bin/env mount.quobyte -c ${file} ${source} ${directory}\n`,
        `ExecStartPost=/usr/bin/mount -o remount,bind,${rights.join(",")} ${directory}\n`,
        `ExecStopPost=-/usr/bin/env umount.quobyte ${directory}\n`,
      ].join(""),
    },
    waitingPath(name, "service", file, `Mounts ${directory} once the client's configuration is there`),
  ];
}

/** The part of cloud-init that writes and starts those units. Nothing that proves anything is in it. */
export function clientCloudInit(units: readonly UnitFile[]): string {
  return [
    "#cloud-config\n",
    "# A volume of Quobyte. The image must bring its client (mount.quobyte). No certificate is in here, since user data can be read.\n",
    "merge_how:\n",
    "  - { name: list, settings: [append] }\n",
    "  - { name: dict, settings: [no_replace, recurse_list] }\n",
    ...unitLines(units, "/etc/quobyte"),
  ].join("");
}

/** What everybody must know who mounts by the client. */
export const clientNotes = (volume: Volume): readonly string[] => [
  `the client's configuration ${clientFile(volume)} holds the certificate and its key: mode 0600, brought to the machine over ssh, and left nowhere else; what stands in it, the cluster's operator says`,
  "a certificate is good from the networks named here, and for this volume; whether a client without one is let in, the cluster's own settings decide",
];
