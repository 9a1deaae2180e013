import * as z from "zod";
import { cidr4, cidr6, vlanId, zoneName } from "../config/scalars.ts";

const network = z.strictObject({
  /** Position of the subnets in the zone's blocks; never changed, never given twice. */
  index: z.int().min(0).max(255),
  vlan: vlanId.optional(),
});

/** The operator's book of what was given to whom. Appended to, never renumbered; committed in the operator's site directory. */
export const ledgerSchema = z.strictObject({
  format: z.literal(1),
  /** Ranges that zones' blocks are cut from: a /20 and a /56 for each. */
  pools: z.strictObject({ ipv4: cidr4, ipv6: cidr6, vlans: z.strictObject({ from: vlanId, to: vlanId }) }),
  zones: z
    .record(
      zoneName,
      z.strictObject({
        ipv4: cidr4,
        ipv6: cidr6,
        /** By area (`heart`) and by bench (`commons/heart-centre`). */
        networks: z.record(z.string(), network),
      }),
    )
    .default({}),
});

export type Ledger = z.infer<typeof ledgerSchema>;
export type LedgerZone = Ledger["zones"][string];
