/** What the toolchain installs, pinned. Newer releases are a change of this table (and of the two go.mod files beside it). */

export const ENGINE = {
  version: "3.259.0",
  /** Exit codes of `--expect-no-changes` and the project-scoped file backend need this one; the next major is unknown. */
  supported: { from: "3.227.0", below: "4.0.0" },
  module: "github.com/pulumi/pulumi/pkg/v3",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
} as const;

/** Version of the plugin, which is also what components ask for; it carries Terraform provider 3.4.0. */
export const OPENSTACK_VERSION = "5.5.3";

export const STAND_INS = [
  { name: "random", version: "4.21.2" },
  { name: "command", version: "1.2.1" },
] as const;

export const RELEASE = {
  /** Asked before anything is downloaded; plugins come from the same place. */
  probe: "https://get.pulumi.com/releases/sdk/",
  archive: (version: string, platform: string): string =>
    `https://get.pulumi.com/releases/sdk/pulumi-v${version}-${platform}.tar.gz`,
  /** On another host than the archive, so that one that was changed at its place does not bring its own checksum. */
  checksums: (version: string): string =>
    `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`,
} as const;

/** Milliseconds. */
export const LIMITS = {
  probe: 4_000,
  checksums: 20_000,
  archive: 10 * 60_000,
  pluginInstall: 5 * 60_000,
  lockPoll: 500,
} as const;

export const GO = {
  version: "1.26",
  /** From this one on `go` fetches a newer toolchain by itself. */
  selfUpdating: "1.21",
} as const;

/** Free space needed in GiB: with empty Go caches (1.9 modules, 2.1 build cache, measured), and with filled ones. */
export const DISK = { cold: 5, warm: 1.5 } as const;

/** Measured on 2 cores from empty caches, download included; said before a build starts. */
export const ESTIMATE = { engine: "about 5 min", plugin: "about 3 min" } as const;
