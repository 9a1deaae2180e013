import path from "node:path";
import { packageRoot } from "../toolchain/root.ts";

/** A shape of site that others have, as examples to start from. */
export interface Profile {
  readonly name: string;
  /** The zone of its examples. */
  readonly zone: string;
  /** What is special about it, in one line. */
  readonly says: string;
}

/** All profiles, each a directory of stacks/examples/profiles. */
export const PROFILES: readonly Profile[] = [
  { name: "nfs-shares", zone: "cohort", says: "data on shares by NFS, each partner from its bench's own network" },
  {
    name: "quobyte-nic",
    zone: "genomes",
    says: "machines mount Quobyte over a second interface, on a network of the area",
  },
  { name: "jump-host", zone: "survey", says: "people log in to one machine, and go on from there alone" },
  {
    name: "vlan-vpn",
    zone: "textmining",
    says: "VLANs, an IPsec site, hosts of its own, broker and workers, for one run",
  },
  { name: "overlay", zone: "reefs", says: "overlay networks alone, and data that are no health data" },
];

/** The directory of a profile's examples. */
export const profileDirectory = ({ name }: Pick<Profile, "name">): string =>
  path.join(packageRoot, "stacks/examples/profiles", name);
