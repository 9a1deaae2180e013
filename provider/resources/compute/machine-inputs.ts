import { z } from "zod";
import { id } from "../../fields.ts";
import { MOUNT_TYPES, userDataWith } from "../../../plan/mounts.ts";
import { userDataKind } from "../../../plan/user-data.ts";
import { OWN_KEY } from "../../metadata-mark.ts";
import { sortedSet } from "../../resource.ts";

/** What a machine is made of. */
export const inputs = z
  .object({
    name: z.string("must be the name of the machine").min(1).max(255, "must have at most 255 characters"),
    flavorId: id("a flavor"),
    bootVolumeId: id("a volume").optional(),
    imageId: id("an image").optional(),
    ports: z.array(id("a port")).min(1, "must name a port at least: without one Nova would attach any network"),
    availabilityZone: z
      .string()
      .regex(/^[^:]+$/, "must be a zone's name without a host: placement belongs to the scheduler")
      .optional(),
    userData: z
      .string()
      .refine((text) => Buffer.byteLength(text) <= 49_151, "must have at most 49151 bytes (65535 in base64)")
      .optional(),
    /** Shares that cloud-init mounts, beside what the user data say. */
    mounts: z
      .array(
        z.object({
          source: z.string("must be where the share is mounted from").min(1, "must be where the share is mounted from"),
          directory: z.string().regex(/^\/\S+$/, "must be a directory"),
          options: z.array(z.string().regex(/^[^\s,]+$/, "must be an option of mount")),
          /** Left out for NFS, as it was before there was another. */
          type: z.enum(MOUNT_TYPES).optional(),
          more: z.string().optional(),
        }),
      )
      .optional(),
    metadata: z
      .record(z.string(), z.string("must be a text"))
      .default({})
      .refine((all) => !(OWN_KEY in all), `must not hold ${OWN_KEY}`),
    tags: z
      .array(
        z
          .string()
          .max(60, "must have at most 60 characters")
          .regex(/^[^/,]+$/, "must hold neither / nor ,"),
      )
      .transform(sortedSet)
      .default([]),
    configDrive: z.boolean().default(false),
    serverGroupId: id("a server group").optional(),
    powerState: z.enum(["active", "shutoff"]).default("active"),
  })
  .refine((all) => all.bootVolumeId !== undefined || all.imageId !== undefined, {
    message: "must be set where there is no imageId to boot from",
    path: ["bootVolumeId"],
  })
  .refine(
    ({ userData, mounts = [] }) =>
      mounts.length === 0 || userData === undefined || userDataKind(userData) !== undefined,
    { message: "must be #cloud-config or a script where there are mounts", path: ["userData"] },
  );
export type Inputs = z.infer<typeof inputs>;

/** What cloud-init is told: the user data and what mounts the shares. */
export const userDataOf = ({ userData, mounts = [] }: Pick<Inputs, "userData" | "mounts">): string | undefined =>
  userDataWith(userData ?? null, mounts) ?? undefined;

/** The status that a machine has when it is as planned. */
export const plannedStatus = (powerState: unknown): string => (powerState === "shutoff" ? "SHUTOFF" : "ACTIVE");
