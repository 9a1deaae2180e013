import * as z from "zod";
import { CPU_TYPES } from "../attestation/measurement/cpu-types.ts";
import { key, openstackName } from "../config/scalars.ts";

const digest = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), { error: `allowed: ${bytes * 2} lower-case hexadecimal digits` });
const file = z.string().min(1).max(4096);
const features = z.string().regex(/^0x[0-9a-f]{1,16}$/, { error: "allowed: a hexadecimal number such as 0x1 or 0x21" });

const host = z
  .strictObject({
    firmware: file.describe("The OVMF image that these hosts launch with: a file, relative to this one."),
    cpu: z
      .enum(Object.keys(CPU_TYPES) as [string, ...string[]])
      .describe("The guests' processor, as QEMU and libvirt name it."),
    guestFeatures: features.describe("SEV features that the hosts' kernel gives a guest: 0x1 before 6.6, 0x21 after."),
  })
  .describe("Hosts that launch alike.");

const image = z
  .strictObject({
    kernel: file
      .optional()
      .describe(
        "A kernel that is booted directly (Glance: kernel_id), relative to this file. Default: it boots from its disk.",
      ),
    initrd: file.optional().describe("Its initial RAM disk."),
    commandLine: z.string().max(2048).optional().describe("Its command line, as the hosts give it."),
  })
  .refine(
    ({ kernel, initrd, commandLine }) => kernel !== undefined || (initrd === undefined && commandLine === undefined),
    {
      error: "allowed: initrd and commandLine beside a kernel alone, since nothing would measure them",
    },
  )
  .describe("What an image boots.");

const measured = z.strictObject({
  host: key,
  flavor: openstackName,
  image: openstackName,
  vcpus: z.int().min(1).max(4096),
  cpu: z.string().max(64),
  guestFeatures: features,
  /** SHA-256 of the files. */
  firmware: digest(32),
  kernel: digest(32).optional(),
  initrd: digest(32).optional(),
  commandLine: z.string().max(2048).optional(),
  measurement: digest(48),
});

/** The table of expected measurements: its inputs, written by people, and its rows, written by the command and reviewed as data. */
export const measurementsSchema = z
  .strictObject({
    format: z.literal(1).describe("Version of this format."),
    hosts: z.record(key, host).describe("Hosts by a name of yours."),
    flavors: z
      .record(openstackName, z.int().min(1).max(4096))
      .describe("Confidential flavors, each with its number of vCPUs."),
    images: z.record(openstackName, image).describe("Confidential images, each with what it boots."),
    measured: z.array(measured).default([]).describe("What `tresor attest table --write` computed."),
  })
  .describe("Expected launch measurements of images and flavors.");

export type Measurements = z.infer<typeof measurementsSchema>;
export type Measured = Measurements["measured"][number];
