import * as pulumi from "@pulumi/pulumi";
import type { Planned, PlannedObject } from "../../plan/types.ts";
import {
  QuobyteCertificateSubject,
  QuobyteExport,
  QuobyteQuota,
  QuobyteVolume,
  type QuobyteTenant,
} from "../../provider/sdk.ts";
import { dataOptions, TresorComponent, type Scope } from "../base.ts";

export interface QuobyteVolumesArgs {
  readonly scope: Scope;
  /** In which they lie. */
  readonly tenant: QuobyteTenant;
  readonly tenantPlanId: string;
  /** What holds for every volume of it: there before the first. */
  readonly rules: pulumi.Resource[];
  /** What the plan gives to this project; other kinds are passed over. */
  readonly objects: readonly PlannedObject[];
}

/** What one needs to mount a volume without Manila, beside what the plan knows. */
export interface MountedFrom {
  readonly volumeId: pulumi.Output<string>;
  /** `<server>:<path>`, where it is exported by NFS. */
  readonly nfs?: pulumi.Output<string>;
}

/** Volumes without Manila of one tenant: each with its limit, with all who may mount it by NFS and all certificates for it. */
export class QuobyteVolumes extends TresorComponent {
  /** By plan id. */
  readonly mountedFrom: Readonly<Record<string, MountedFrom>>;
  readonly #made = new Map<string, QuobyteVolume>();

  constructor(name: string, args: QuobyteVolumesArgs, options?: pulumi.ComponentResourceOptions) {
    super("tenant:QuobyteVolumes", name, args.scope, options);
    const { objects, tenant, tenantPlanId, rules } = args;
    const mountedFrom: Record<string, MountedFrom> = {};
    for (const object of objects) {
      if (object.kind !== "quobyte-volume" || object.facts.tenantId !== tenantPlanId) continue;
      const volume = this.#volume(object, tenant, rules);
      const nfs = this.#export(objects, object.id, volume);
      mountedFrom[object.id] = { volumeId: volume.id, ...(nfs === undefined ? {} : { nfs }) };
    }
    for (const object of objects) if (object.kind === "quobyte-certificate") this.#certificate(object, tenant);
    this.mountedFrom = mountedFrom;
    this.registerOutputs({});
  }

  /** The volume, and its limit before anybody can mount it. */
  #volume(
    { id, name, facts }: Planned<"quobyte-volume">,
    tenant: QuobyteTenant,
    rules: pulumi.Resource[],
  ): QuobyteVolume {
    const { cluster, sizeGiB, owner, deletable } = facts;
    const key = id.split("/").at(-1) ?? "";
    const shared = { cluster, tenantId: tenant.tenantId };
    const root = { rootUser: owner.user, rootGroup: owner.group, accessMode: owner.mode };
    const volume = new QuobyteVolume(
      this.childName("volume", key),
      { ...shared, name, ...root, erase: deletable },
      this.own({ ...dataOptions(deletable), dependsOn: rules }),
    );
    this.#made.set(id, volume);
    new QuobyteQuota(this.childName("limit", key), { ...shared, volumeId: volume.id, gigabytes: sizeGiB }, this.own());
    return volume;
  }

  /** Where it is mounted from by NFS; undefined where it is not exported. */
  #export(
    objects: readonly PlannedObject[],
    volumePlanId: string,
    volume: QuobyteVolume,
  ): pulumi.Output<string> | undefined {
    for (const object of objects) {
      if (object.kind !== "quobyte-export" || object.facts.volumeId !== volumePlanId) continue;
      const { cluster, networks } = object.facts;
      const args = { cluster, volumeId: volume.id, networks: networks.map((one) => ({ ...one })) };
      const made = new QuobyteExport(this.childName("export", object.id.split("/").at(-1)), args, this.own());
      return pulumi.interpolate`${made.nfsServer}:${made.nfsPath}`;
    }
    return undefined;
  }

  /** What a certificate is good for: these volumes of the tenant alone, without root's rights, and nothing once it is taken out. */
  #certificate({ facts }: Planned<"quobyte-certificate">, tenant: QuobyteTenant): void {
    const { cluster, fingerprint, hosts, uses } = facts;
    const subjects = uses.flatMap(({ volumeId, level }) => {
      const volume = this.#made.get(volumeId);
      return volume === undefined
        ? []
        : [{ tenantId: tenant.tenantId, volumeId: volume.id, readOnly: level === "ro", noPrivilegedAccess: true }];
    });
    // Of a volume in another cluster's tenant.
    if (subjects.length === 0) return;
    const args = { cluster, fingerprint, services: ["CLIENT" as const], hosts: [...hosts], subjects, close: true };
    new QuobyteCertificateSubject(this.childName("certificate", fingerprint.replaceAll(":", "")), args, this.own());
  }
}
