/** Which account of the accounts file a judge's classes ask for, beside the zone's pipeline as `member` and `reader`. */
type Labels =
  /** None other. */
  | "member"
  /** They ask for `admin` and then do what a member may: the pipeline stands under that label too. A label grants nothing. */
  | "pipeline as admin"
  /** The cloud's operator makes a share type for each class; all else is done by the pipeline. Left out where no operator is given. */
  | "operator beside";

/** One run of one of OpenStack's own suites. */
export interface Judge {
  readonly id: string;
  readonly plugin: string;
  /** Regular expression of test ids, as stestr takes it. */
  readonly tests: string;
  readonly labels: Labels;
  /** With a volume type that is closed to the zone: all of it is to be refused. @default false */
  readonly inTheClear?: true;
  readonly why: string;
  /**
   * Fewer that pass in the first sitting: the judge sleeps. Nine tenths of what passed when this was written, in a tenant's projects on
   * the one-machine cloud: 11, 56, none, 32 and 30.
   */
  readonly floor: number;
}

const oneOf = (prefix: string, ...names: readonly string[]): string => `${prefix}(${names.join("|")})`;

export const JUDGES: readonly Judge[] = [
  {
    id: "barbican",
    plugin: "barbican-tempest-plugin",
    tests: String.raw`barbican_tempest_plugin\.tests\.api\.`,
    labels: "pipeline as admin",
    why: "secrets, orders, containers, consumers, metadata of the zone's own keys",
    floor: 11,
  },
  {
    id: "cinder",
    plugin: "tempest, cinder-tempest-plugin",
    tests: [
      oneOf(
        String.raw`tempest\.api\.volume\.test_`,
        ...["availability_zone", "extensions", "versions", "volume_metadata", "volumes_list", "volumes_negative"],
        String.raw`volumes_get\.VolumesSummary`,
      ),
      oneOf(
        String.raw`cinder_tempest_plugin\.api\.volume\.test_`,
        "volume_unicode",
        String.raw`volume_dependency\.VolumeImageDependency`,
      ),
    ].join("|"),
    labels: "member",
    why: "volumes of the project's default type, which is an encrypted one; clones and snapshots copy whole disks: left out",
    floor: 50,
  },
  {
    id: "cinder in the clear",
    plugin: "tempest",
    tests: String.raw`tempest\.api\.volume\.test_volume_metadata\.`,
    labels: "member",
    inTheClear: true,
    why: "the same tests of volumes that pass with the encrypted type",
    floor: 0,
  },
  {
    id: "manila",
    plugin: "manila-tempest-plugin",
    tests: oneOf(
      String.raw`manila_tempest_tests\.tests\.api\.test_`,
      ...["availability_zones", "extensions", "limits", "microversions", "quotas"],
      String.raw`metadata_negative\.SharesMetadataAPIOnly`,
      String.raw`rules_negative\.ShareRulesAPIOnly`,
    ),
    labels: "member",
    why: "what a member can ask without an administrator beside",
    floor: 28,
  },
  {
    id: "manila shares",
    plugin: "manila-tempest-plugin",
    tests: oneOf(
      String.raw`manila_tempest_tests\.tests\.api\.test_`,
      String.raw`metadata\.SharesMetadataTest`,
      String.raw`resource_locks\.ResourceLockDeleteTest`,
      String.raw`rules\.ShareIpRulesForNFSTest`,
    ),
    labels: "operator beside",
    why: "shares, their locks and access rules; upstream has an administrator make a share type for each class",
    floor: 27,
  },
];

/** What is closed or limited on purpose, and is judged by just that: before `up` and after it. */
export interface Refusal {
  readonly judge: string;
  readonly test: RegExp;
  /** What the report of the failed test says where it was refused, and did not merely fail. */
  readonly says: RegExp;
  readonly why: string;
}

export const REFUSALS: readonly Refusal[] = [
  {
    judge: "barbican",
    test: /QuotasTest\.test_get_effective_quota/,
    says: /MismatchError: -1 != \d+\b/,
    why: "upstream expects no limit; the operator grants a number of keys",
  },
  {
    judge: "cinder",
    test: /VolumeImageDependencyTests\.test_image_volume_dependencies|test_create_volume_from_(?:deactivated_image|image_with_decreasing_size)/,
    says: /403 POST \S+\/images\b/,
    why: "a member makes no image: an image of a disk is the data in the clear (docs/trust-model.md)",
  },
  {
    judge: "cinder in the clear",
    test: /VolumesMetadataTest/,
    says: /'code': 413, .*allowed (?:volumes|gigabytes)_\S+ quota/,
    why: "the zone's quota of every type that is not encrypted is 0",
  },
];

/** What one judge is to see refused. */
export const refusalsOf = (judge: string): readonly Refusal[] => REFUSALS.filter((one) => one.judge === judge);
