import * as z from "zod";
import type { PlatformBit, PolicyBit } from "./bits.ts";

const hex = (bytes: number, what: string) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), { error: `allowed: ${bytes * 2} lower-case hexadecimal digits` })
    .describe(what);

const level = z.int().min(0).max(255);
const tcb = { bootloader: level, tee: level, snp: level, microcode: level };

/** A bit: true and false are demanded, `any` leaves it open. */
const flag = (unset: boolean | "any") => z.union([z.boolean(), z.literal("any")]).default(unset);

const guestBits = {
  smt: flag("any"),
  migrationAgent: flag(false),
  debug: flag(false),
  singleSocket: flag("any"),
  cxl: flag(false),
  aes256Xts: flag("any"),
  raplOff: flag("any"),
  ciphertextHiding: flag("any"),
  pageSwapOff: flag("any"),
} satisfies Record<PolicyBit, unknown>;

const platformBits = {
  smt: flag("any"),
  tsme: flag("any"),
  ecc: flag("any"),
  raplOff: flag("any"),
  ciphertextHiding: flag("any"),
  aliasCheck: flag(true),
  iommuWriteSafe: flag("any"),
  tio: flag("any"),
} satisfies Record<PlatformBit, unknown>;

/**
 * What must hold for a report to be accepted. What is not written is at its strictest where that can be known (debug and migration off, VCEK
 * alone, level 0, no host data, no identity block, revocation and nonce looked at); what cannot be known must be written.
 */
export const policySchema = z
  .strictObject({
    format: z.literal(1).describe("Version of this format."),
    processors: z
      .strictObject({
        milan: z.strictObject(tcb).optional(),
        genoa: z.strictObject(tcb).optional(),
        turin: z.strictObject({ fmc: level, ...tcb }).optional(),
      })
      .refine((value) => Object.keys(value).length > 0, { error: "allowed: at least one of milan, genoa, turin" })
      .describe("The generations that are accepted, each with its least TCB: no part of it may be lower."),
    measurements: z
      .array(hex(48, "A launch measurement."))
      .min(1, { error: "allowed: at least one launch measurement" })
      .describe("What may have been launched: the measurements that are accepted."),
    chips: z
      .union([
        z.literal("any"),
        z.array(hex(64, "A chip id.")).min(1, { error: "allowed: any, or at least one chip id" }),
      ])
      .describe("The chip ids of the hosts that are accepted, or any."),
    keys: z
      .array(z.enum(["vcek", "vlek"]))
      .min(1, { error: "allowed: vcek, vlek or both" })
      .default(["vcek"])
      .describe("Kinds of keys that may have signed: a chip's own (vcek) or one that AMD gave to a provider (vlek)."),
    vmpl: z.int().min(0).max(3).default(0).describe("Privilege level that asked for the report. 0 without an SVSM."),
    guest: z
      .strictObject(guestBits)
      .prefault({})
      .describe(
        "Bits of the guest's policy: true, false or any. Default: debug, migrationAgent and cxl false, all others any.",
      ),
    platform: z
      .strictObject(platformBits)
      .prefault({})
      .describe("Settings of the host: true, false or any. Default: aliasCheck true, all others any."),
    leastAbi: z
      .strictObject({ major: level, minor: level })
      .prefault({ major: 0, minor: 0 })
      .describe("Least ABI version that the guest's policy must demand."),
    leastVersion: z
      .int()
      .min(2)
      .max(5)
      .default(3)
      .describe("Least version of the report. Before 3 it does not name its processor."),
    leastGuestSvn: z
      .int()
      .min(0)
      .max(4_294_967_295)
      .default(0)
      .describe("Least version that the guest's owner gave it."),
    mitigations: z
      .string()
      .regex(/^0x[0-9a-f]{1,16}$/, { error: "allowed: a hexadecimal number such as 0x3f" })
      .optional()
      .describe(
        "Bits that both vectors of mitigations must have; reports before version 5 have none. Default: not asked for.",
      ),
    provisionalFirmware: z
      .boolean()
      .default(false)
      .describe("Whether firmware is accepted that the host can still roll back."),
    hostData: hex(32, "What the host gave the guest at launch. Default: nothing, as under Nova.").optional(),
    idKeys: z
      .array(hex(48, "SHA-384 of a key that signs identity blocks."))
      .default([])
      .describe("Keys that may have signed the guest's identity. Default: no identity block, as under Nova."),
    authorKeys: z
      .array(hex(48, "SHA-384 of a key that signs those keys."))
      .default([])
      .describe("Keys that may have signed the keys of identity blocks. Default: none."),
    familyId: hex(16, "Family of the guest, of its identity block. Default: not asked for.").optional(),
    imageId: hex(16, "Image of the guest, of its identity block. Default: not asked for.").optional(),
    revocation: z
      .enum(["required", "when-given"])
      .default("required")
      .describe("Whether AMD's revocation list must be there. One that is there is always looked at."),
    nonce: z
      .enum(["required", "when-given"])
      .default("required")
      .describe("Whether the report must be bound to a nonce. Without one an old report is as good as a new one."),
  })
  .describe("What must hold for an attestation report to be accepted.");

export type AttestationPolicy = z.infer<typeof policySchema>;

/** The schema of a policy's file, for editors. */
export const policyJsonSchema = (): object => ({
  ...(z.toJSONSchema(policySchema, { io: "input" }) as object),
  title: "Attestation policy of Tresor",
});
