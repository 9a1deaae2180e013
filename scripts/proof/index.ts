import { proveHandingOut } from "./handing-out.ts";
import { proveMachines } from "./machines.ts";
import { provePackets } from "./packets.ts";
import type { Proof } from "./proof.ts";
import { proveShares, proveStorage } from "./storage.ts";
import { proveTenants } from "./tenants.ts";
import type { World } from "./world.ts";

/** Everything that is shown on the live cloud, by group. */
export const PROOFS: Readonly<Record<string, (world: World) => Promise<readonly Proof[]>>> = {
  machines: proveMachines,
  packets: provePackets,
  storage: proveStorage,
  shares: proveShares,
  tenants: proveTenants,
  "handing-out": proveHandingOut,
};
