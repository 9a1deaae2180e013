import * as z from "zod";
import { deletion, openstackName, size } from "./scalars.ts";
import { ipAddress } from "./site.ts";

/** Port on which WireGuard listens where nobody says otherwise. */
const WIREGUARD_PORT = 51_820;

/** `gateway:` of an area of a zone: the machine at which tunnels of WireGuard sites end. */
export const gateway = z
  .strictObject({
    flavor: openstackName.describe("A granted flavor."),
    image: openstackName.describe("A granted image that brings wireguard-tools and nftables."),
    disk: size.describe("Root disk: a volume of an encrypted type."),
    volumeType: openstackName.optional().describe("Type of the root disk. Default: the first granted encrypted type."),
    port: z
      .int({ error: "allowed: a UDP port, 1 to 65535" })
      .min(1, { error: "allowed: a UDP port, 1 to 65535" })
      .max(65_535, { error: "allowed: a UDP port, 1 to 65535" })
      .default(WIREGUARD_PORT)
      .describe("UDP port that sites dial."),
    key: z
      .strictObject({
        size: size.default("1 GiB").describe("Size of the volume."),
        volumeType: openstackName.optional().describe("Its type, an encrypted one. Default: as the root disk's."),
      })
      .prefault({})
      .describe("Volume on which the gateway keeps the key that it made: it outlives the machine."),
    start: z
      .enum(["on-up", "manual"])
      .optional()
      .describe("As of machines. Default: on-up; manual in a zone with a lifetime."),
    deletion: deletion.optional().describe("Whether both volumes may be deleted. Default: as the zone."),
  })
  .describe("Machine of this area at which tunnels of WireGuard sites end; the operator grants its leg outside.");
export type GatewayConfig = z.infer<typeof gateway>;

const addresses = z.array(ipAddress).min(1, { error: "allowed: at least one address that sites dial" }).max(2);

/** `gateway:` of an area of a tenant: the outside leg. */
export const uplink = z
  .strictObject({
    network: openstackName.describe(
      "Network on which sites reach the gateway: an external one, or one of the operator's own project. It is shared with this area's project.",
    ),
    addresses: addresses.describe("The gateway's fixed addresses there, which sites dial; one of each version of IP."),
  })
  .describe("Leg of the area's WireGuard gateway outside. Default: none, and no WireGuard site.");

/** As the zone is told of it. */
export const grantedGateway = z
  .strictObject({ addresses: addresses.describe("What sites dial.") })
  .describe("Outside leg of an area's gateway.");
