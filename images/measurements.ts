import { createHash } from "node:crypto";
import { measureEach, readFirmware } from "../attestation/measurement/index.ts";
import type { PlatformConfig } from "../config/index.ts";
import { UserError } from "../config/problem.ts";
import type { Measured, Measurements } from "./measurements-schema.ts";

/** The files that a table names, by the name that it gives them. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** All files that a table names. */
export function filesOf({ hosts, images }: Measurements): readonly string[] {
  const named = [
    ...Object.values(hosts).map(({ firmware }) => firmware),
    ...Object.values(images).flatMap(({ kernel, initrd }) => [kernel ?? [], initrd ?? []].flat()),
  ];
  return [...new Set(named)];
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function bytesOf(files: Files, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new UserError({ what: `${name} was not read`, next: "name it in the table" });
  return bytes;
}

/** What an image boots, as bytes and as it stands in a row. */
function bootOf({ kernel, initrd, commandLine }: Measurements["images"][string], files: Files) {
  if (kernel === undefined) return { row: {} };
  const [kernelBytes, initrdBytes] = [
    bytesOf(files, kernel),
    initrd === undefined ? undefined : bytesOf(files, initrd),
  ];
  const words = commandLine === undefined ? {} : { commandLine };
  return {
    boot: { kernel: kernelBytes, ...(initrdBytes && { initrd: initrdBytes }), ...words },
    row: { kernel: sha256(kernelBytes), ...(initrdBytes && { initrd: sha256(initrdBytes) }), ...words },
  };
}

/**
 * The rows of a table, computed anew: each host, image and flavor with each other, in the order of their names.
 * @throws UserError where a firmware starts no SEV-SNP guest, or cannot measure a kernel that an image boots
 */
export function computeRows(table: Measurements, files: Files): readonly Measured[] {
  const named = <Value>(record: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] =>
    Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const flavors = named(table.flavors);
  if (flavors.length === 0) return [];
  return named(table.hosts).flatMap(([host, { firmware, cpu, guestFeatures }]) => {
    const bytes = bytesOf(files, firmware);
    const launch = { firmware: readFirmware(bytes), cpu, guestFeatures: BigInt(guestFeatures) };
    const hash = sha256(bytes);
    return named(table.images).flatMap(([image, definition]) => {
      const { boot, row } = bootOf(definition, files);
      const digests = measureEach(
        { ...launch, ...(boot && { boot }) },
        flavors.map(([, vcpus]) => vcpus),
      );
      return flavors.map(([flavor, vcpus], index): Measured => ({
        ...{
          host,
          flavor,
          image,
          vcpus,
          cpu,
          guestFeatures,
          firmware: hash,
          ...row,
          measurement: digests[index] ?? "",
        },
      }));
    });
  });
}

/** What a row is about: the same host, flavor and image are the same row. */
const about = ({ host, flavor, image }: Measured): string => JSON.stringify([host, flavor, image]);
const same = (one: Measured, other: Measured): boolean => {
  const sorted = (row: Measured): string =>
    JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other);
};

/** How the rows that were reviewed differ from those computed now. */
export interface Difference {
  readonly what: "new" | "changed" | "gone";
  readonly row: Measured;
}

export function differences(reviewed: readonly Measured[], computed: readonly Measured[]): readonly Difference[] {
  const before = new Map(reviewed.map((row) => [about(row), row]));
  const now = new Set(computed.map(about));
  const fresh = computed.flatMap((row): readonly Difference[] => {
    const old = before.get(about(row));
    if (old === undefined) return [{ what: "new", row }];
    return same(old, row) ? [] : [{ what: "changed", row }];
  });
  return [
    ...fresh,
    ...reviewed.filter((row) => !now.has(about(row))).map((row): Difference => ({ what: "gone", row })),
  ];
}

/** What a platform offers as confidential and a table lacks or has otherwise; sentences. */
export function missingOf({ flavors, images }: PlatformConfig, table: Measurements): readonly string[] {
  const confidential = <One extends { readonly confidential: string }>(record: Readonly<Record<string, One>>) =>
    Object.entries(record).filter(([, one]) => one.confidential === "sev-snp");
  const vcpus = (name: string): number | undefined =>
    Object.hasOwn(table.flavors, name) ? table.flavors[name] : undefined;
  return [
    ...confidential(flavors).flatMap(([name, flavor]) => {
      const has = vcpus(name);
      if (has === undefined) return [`flavor ${name} is not in the table`];
      return has === flavor.vcpus ? [] : [`flavor ${name} has ${flavor.vcpus} vCPUs, the table says ${has}`];
    }),
    ...confidential(images).flatMap(([name]) =>
      Object.hasOwn(table.images, name) ? [] : [`image ${name} is not in the table`],
    ),
  ];
}

/** The measurements of some rows, each once. */
export const measurementsOf = (rows: readonly Measured[]): readonly string[] => [
  ...new Set(rows.map(({ measurement }) => measurement)),
];

/**
 * Reference values as Trustee's provider service takes them (rvps: a message of type `sample`), under the name that its default policy for
 * SEV-SNP asks for. In hex, as Trustee 0.21 claims them.
 */
export const trusteeMessage = (rows: readonly Measured[]): object => {
  const values = { snp_launch_measurement: measurementsOf(rows) };
  return { version: "0.1.0", type: "sample", payload: Buffer.from(JSON.stringify(values)).toString("base64") };
};
