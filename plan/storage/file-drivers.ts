import { no, yes, type Ability } from "./ability.ts";
import type { Capability, StorageDriver } from "./capabilities.ts";

const NO_LUKS = no("LUKS is for block devices", "make the data set a volume of an encrypted type");
const MANY: Ability = { can: true, note: "that is what a share is" };
const NO_POLICY = no(
  "Manila knows no encryption policy of this storage: what its operator configured, nobody here can check",
  "use Quobyte with a policy rule, or make the data set a volume of an encrypted type",
);
const NEVER_WIPED = no(
  "no driver of Manila overwrites what it deletes",
  "write erasure: deleteOnly and let the storage's operator answer for the rest, or make the data set a volume",
);
const NO_OWN_KEY = no(
  "no share of this driver has a key of its own: Manila takes a key only for a type with share servers, and only NetApp's driver uses it",
  "write erasure: deleteOnly, or make the data set a volume of an encrypted type",
  "manila/api/v2/shares.py",
);
const DATA_SERVICE: Ability = {
  can: true,
  note: "by Manila's data service, which mounts the share; experimental",
  source: "manila/data/manager.py",
};

const BELOW =
  "write transit: below where IPsec or MACsec carries it, or make the data set a volume of an encrypted type";

const NO_PROMISE = no(
  "Quobyte's eraseVolume says nothing of overwriting",
  "write erasure: deleteOnly, or encrypt inside the guest",
);

/** What every file system on a network has in common. */
const COMMON = {
  luks: NO_LUKS,
  luks2: NO_LUKS,
  key512: NO_LUKS,
  multiattach: MANY,
  extendOnline: yes,
  overwriteZero: NEVER_WIPED,
  overwriteRandom: NEVER_WIPED,
} as const satisfies Partial<Record<Capability, Ability>>;

/** What Manila's drivers and Quobyte's own interface can do, as read in Manila 23.0.1 (2026.2) and Quobyte's API 3.24.4. */
export const FILE_DRIVERS: Readonly<Record<string, StorageDriver>> = {
  "manila/quobyte": {
    title: "Quobyte (Manila)",
    source: "manila/share/drivers/quobyte/quobyte.py",
    tier: "storage",
    accessTypes: ["ip"],
    protocols: ["NFS"],
    abilities: {
      ...COMMON,
      ownKey: NO_OWN_KEY,
      policyEncryption: {
        can: true,
        note: "shares land in the Quobyte tenant of their project: a rule for it, before the first share",
        source: "Quobyte API 3.24.4, policies.volume_encryption",
      },
      snapshots: no("the driver has none", "leave snapshots out, or use a share type on cephfs or netapp"),
      shrink: yes,
      transit: no(
        "its shares are exported by Quobyte's NFS proxy, of whose TLS no published field says anything",
        BELOW,
      ),
      backup: DATA_SERVICE,
    },
  },
  "manila/cephfs": {
    title: "CephFS (Manila)",
    source: "manila/share/drivers/cephfs/driver.py",
    tier: "storage",
    accessTypes: ["cephx", "ip"],
    protocols: ["CEPHFS", "NFS"],
    abilities: {
      ...COMMON,
      ownKey: NO_OWN_KEY,
      policyEncryption: NO_POLICY,
      snapshots: yes,
      shrink: { can: true, note: "not below what is used" },
      transit: {
        can: true,
        note: "by its own protocol in the secure mode of msgr2; by NFS only where what lies below encrypts",
        source: "linux net/ceph, ms_mode=secure",
      },
      backup: { can: true, note: "of NFS shares, by Manila's data service, which mounts them; experimental" },
    },
  },
  "manila/netapp": {
    title: "NetApp ONTAP (Manila)",
    source: "manila/share/drivers/netapp/dataontap/cluster_mode",
    tier: "storage",
    accessTypes: ["ip", "user"],
    protocols: ["NFS", "CIFS"],
    abilities: {
      ...COMMON,
      ownKey: no(
        "a key of its own needs a share type with share servers (driver_handles_share_servers), which Tresor does not make (2025.2, ONTAP 9.17.1)",
        "write erasure: deleteOnly, or make the data set a volume of an encrypted type",
        "manila/share/drivers/netapp/dataontap/cluster_mode/drv_multi_svm.py",
      ),
      policyEncryption: NO_POLICY,
      snapshots: yes,
      shrink: yes,
      transit: {
        can: true,
        note: "where NFS by TLS is on for the storage's addresses, with a client that has tlshd",
        source: "nfs(5), xprtsec",
      },
      backup: DATA_SERVICE,
    },
  },
  "manila/generic": {
    title: "generic (Manila)",
    source: "manila/share/drivers/generic.py",
    tier: "storage",
    accessTypes: ["ip", "user"],
    protocols: ["NFS", "CIFS"],
    abilities: {
      ...COMMON,
      ownKey: NO_OWN_KEY,
      policyEncryption: NO_POLICY,
      snapshots: yes,
      extendOnline: no(
        "the driver unmounts the share while it grows, and clients wait",
        "stop its machines first",
        "manila/share/drivers/generic.py extend_share",
      ),
      shrink: { can: true, note: "not below what is used" },
      transit: {
        can: true,
        note: "where the image of its service machines runs tlshd and exports with xprtsec=tls",
        source: "exports(5), xprtsec",
      },
      backup: DATA_SERVICE,
    },
  },
  "manila/dummy": {
    title: "dummy (Manila, for tests)",
    source: "manila/tests/share/drivers/dummy.py",
    tier: "storage",
    accessTypes: ["ip"],
    protocols: ["NFS"],
    abilities: {
      ...COMMON,
      ownKey: NO_OWN_KEY,
      policyEncryption: no("it holds no data at all", "use a real driver"),
      snapshots: yes,
      shrink: yes,
      transit: no("it holds no data at all", "use a real driver"),
      backup: no("it holds no data at all", "use a real driver"),
    },
  },
  "quobyte/direct": {
    title: "Quobyte (its own interface)",
    source: "github.com/quobyte/api, quobyte/types.go (3.24.4)",
    tier: "storage",
    accessTypes: ["client certificate", "access key", "ip (NFS)"],
    protocols: ["Quobyte", "NFS", "S3"],
    abilities: {
      ...COMMON,
      overwriteZero: NO_PROMISE,
      overwriteRandom: NO_PROMISE,
      ownKey: no(
        "Quobyte keeps the key itself (SYSTEM_AES_256): no call destroys it alone",
        "write erasure: deleteOnly, or encrypt inside the guest",
        "Quobyte API 3.24.4, volume_encryption_context",
      ),
      policyEncryption: { can: true, note: "by a rule that is there before the volume" },
      snapshots: yes,
      shrink: { can: true, note: "its quota" },
      transit: no(
        "whether client and servers encrypt between them is the cluster's setting, and no published field says it",
        BELOW,
      ),
      backup: no("its interface has none", "copy what must last"),
    },
  },
};
