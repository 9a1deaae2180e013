import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { parseYaml } from "../../../config/yaml.ts";
import { valuesOf } from "../../property/quobyte.ts";

/** Stands in values as a secret would: no message may repeat it. */
export const CANARY = "canary-of-the-schemas-4711";

const example = (name: string): Record<string, unknown> => {
  const text = readFileSync(new URL(`../../../stacks/examples/${name}`, import.meta.url), "utf8");
  return parseYaml(text).value as Record<string, unknown>;
};
const stack = (name: string, kind: string): unknown =>
  (example(name).config as Record<string, unknown>)[`tresor:${kind}`];

const HASH = "0a".repeat(32);
const AT = "2026-11-21T12:00:00.000Z";
const ACTOR = { user: "zone-pipeline", userId: "u1", scope: "domain digimed" };
const LIST = { kind: "volume", by: "zone", state: "listed", count: 2 };
const WIREGUARD = { publicKey: `${"b".repeat(42)}E=`, endpoint: "203.0.113.7:51820" };
const GATEWAY = { image: "debian", flavor: "small", disk: "5 GiB", volumeType: "luks" };
const NETWORKS = { title: "Clinic", networks: ["192.168.40.0/24", "fd40::/64"] };
const RECEIPT = {
  ...{ format: 1, type: "tresor-deletion-receipt", zone: { name: "digimed", domainId: "d1" }, from: AT, until: AT },
  runs: [{ at: AT, half: "zone", by: ACTOR, version: "0.1.0" }],
  objects: [
    {
      ...{ kind: "volume", id: "v", name: "x", project: "heart", data: true, maker: "stack" },
      ...{ method: "cryptoShred", sizeGiB: 5, at: AT },
    },
  ],
  lists: [{ kind: "volume", by: "zone", state: "listed", before: 2, after: 0, at: AT }],
  left: [{ kind: "backup", id: "b1", name: "b", project: "heart", why: "it is kept", next: "remove it" }],
  nothingLeft: false,
  attested: [{ what: "rows", at: AT, by: "ada" }],
  methods: { cryptoShred: "the key went first" },
  limits: ["what no API shows"],
  signer: { algorithm: "Ed25519", publicKey: "MCow" },
};
export const ENTRY = {
  ...{ format: 1, seq: 1, at: AT, actor: { id: "a.meier", roles: ["researcher"] }, request: "export-1" },
  ...{ act: "request", to: "draft", files: { "tables/survival.csv": HASH }, reason: "for the paper" },
  asked: { direction: "export", classification: "anonymised", title: "Survival tables" },
  ...{ previous: "0".repeat(64), hash: HASH },
};

/** Values that a schema accepts: by file, by export. Every exported schema stands here. */
export const SAMPLES: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  "airlock/actors.ts": {
    actorsSchema: [{ format: 1, zone: "digimed", actors: { "a.meier": { roles: ["researcher"], until: "2027-01-31" } } }],
  },
  "airlock/entry.ts": {
    actorId: ["a.meier"],
    digest: [HASH],
    entrySchema: [ENTRY],
    instant: [AT],
    requestId: ["export-3"],
  },
  "attestation/policy.ts": {
    policySchema: [
      {
        ...{ format: 1, measurements: ["0a".repeat(48)], chips: ["0b".repeat(64)], keys: ["vcek"], vmpl: 0 },
        ...{ processors: { milan: { bootloader: 3, tee: 0, snp: 8, microcode: 115 } }, guest: { smt: true } },
      },
    ],
  },
  "attestation/release/record.ts": {
    releaseEntrySchema: [
      { format: 1, seq: 1, at: AT, act: "start", policies: { imaging: HASH }, previous: "0".repeat(64), hash: HASH },
      {
        ...{ format: 1, seq: 2, at: AT, act: "refuse", dataset: "imaging", from: "192.0.2.7", nonce: HASH, key: HASH },
        ...{ report: HASH, measurement: "0a".repeat(48), chip: "0b".repeat(64), unheard: 3, previous: HASH, hash: HASH },
        failed: [{ check: "vmpl", expected: "0", found: "1", why: "another level asked for it" }],
      },
    ],
  },
  "config/certificates.ts": {
    certificates: [{ authority: "main", mount: "pki-clinics", domains: ["digimed.example.org"], hours: 12 }],
  },
  "config/doors.ts": {
    doors: [
      {
        ingest: { clinic: { networks: ["192.168.40.0/24"], size: "5 GiB", until: "2027-01-31" } },
        results: { crawler: "harvester", size: "5 GiB", until: "2027-01-31" },
      },
    ],
  },
  "config/federation.ts": {
    identityProvider: [
      {
        ...{ title: "LS Login", protocol: "openid", issuers: ["https://login.example/oidc/"], domain: "default" },
        groups: [{ entitlement: "urn:x:heart", zone: "digimed", partner: "heart-centre" }],
      },
    ],
  },
  "config/flows.ts": {
    flow: [{ from: "machines/broker", to: "machines/worker", ports: ["22/tcp"], reason: "log in", until: "2027-01-31" }],
    lowered: [{ from: "confidential", by: "the board", until: "2027-01-31", reason: "a pilot with synthetic data" }],
    outside: [NETWORKS],
    personNetwork: [NETWORKS],
    site: [{ ...NETWORKS, kind: "wireguard", wireguard: WIREGUARD }],
  },
  "config/gateway.ts": {
    gateway: [GATEWAY],
    grantedGateway: [{ addresses: ["203.0.113.9"] }],
    uplink: [{ network: "n1", addresses: ["203.0.113.9"] }],
  },
  "config/keys.ts": {
    studyKeys: [
      {
        mammo: {
          ...{ owner: "heart-centre", until: "2028-06-30", closes: "2027-06-30", persons: ["ada"] },
          ...{ services: ["crawler"], usedBy: ["machines/imaging"], deletion: "protected" },
        },
      },
    ],
  },
  "config/permit.ts": {
    frozen: [{ since: "2026-11-21", by: "ada", reason: "an incident" }],
    permit: [
      {
        ...{ id: "trial-1", basis: "consent", expires: "2029-12-31", partners: ["lab"], datasets: ["heart/imaging"] },
        persons: { ada: { partner: "lab", identity: { user: "ada@lab.example" }, until: "2027-01-31" } },
      },
    ],
    person: [{ partner: "lab", identity: { user: "ada@lab.example", id: "0a1b" }, until: "2027-01-31" }],
  },
  "config/platform.ts": { platformSchema: [stack("Pulumi.platform.yaml", "platform")] },
  "config/quobyte.ts": {
    grantedVolume: [
      {
        ...{ cluster: "main", tenant: "t", volume: "genomes", registry: ["10.8.9.1:7861"], size: "5 GiB" },
        ...{ by: ["client"], transit: "below", machines: "write", access: { lab: "read" } },
      },
    ],
    quobyteCluster: [{ title: "Quobyte", url: "https://q.example:7860/", manila: { deletesShares: true, verifiesTls: true } }],
    quobyteGrant: [{ requiredTags: ["ssd"], forbiddenTags: ["hdd"], retention: { properties: ["IMMUTABLE"], days: 3 } }],
  },
  "config/scalars.ts": {
    ...{ cidr: ["10.8.0.0/20"], cidr4: ["10.8.0.0/20"], cidr6: ["fd00:8::/48"], cloudEntry: ["my-cloud"] },
    ...{ cloudId: ["0a1b-2c"], date: ["2027-12-31"], deletion: ["allowed"], erasure: ["cryptoShred"] },
    ...{ hostName: ["compute-07.example.org"], interval: ["12 hours"], key: ["heart-centre"] },
    ...{ localDisk: [{ encrypted: "host-lvm", overwrite: "random" }], memoryEncryption: ["sev-snp"], moment: ["2027-12-31T18:00:00Z"] },
    ...{ mountDirectory: ["/data/cohort"], openstackName: ["nova"], overwrite: ["zero"] },
    ...{ places: [{ region: "RegionOne", zones: ["nova"] }], portRange: ["8000-8080/tcp"], preset: ["isolated"] },
    ...{ sha512: ["0a".repeat(64)], sharedStorage: ["none"], size: ["2 TiB"], squash: ["root"], vlanId: [7] },
    transit: ["client"],
    ...{ zoneName: ["digimed"] },
  },
  "config/site.ts": {
    ...{ ipAddress: ["203.0.113.7"], ipsecProposal: [{ encryption: "aes-256", pfs: "group20" }] },
    ...{ ipsecSection: [{ secret: "clinic", peer: "203.0.113.7", peerId: "clinic", pfs: "group20" }] },
    ...{ wireguardEndpoint: ["[2001:db8::7]:51820"], wireguardKey: [WIREGUARD.publicKey] },
    wireguardSection: [{ ...WIREGUARD, from: ["192.168.40.0/24"] }],
  },
  "config/tenant.ts": {
    quota: [{ machines: 2, cores: 4, memory: "8 GiB", volumes: 2, storage: "50 GiB" }],
    tenantSchema: [stack("Pulumi.digimed-tenant.yaml", "tenant"), stack("Pulumi.mini-tenant.yaml", "tenant")],
  },
  "config/zone.ts": { zoneSchema: [stack("Pulumi.digimed.yaml", "zone"), stack("Pulumi.mini.yaml", "zone")] },
  "deletion/journal.ts": { actorSchema: [ACTOR], listSchema: [LIST] },
  "deletion/receipt.ts": { receiptSchema: [RECEIPT] },
  "plan/ledger.ts": { ledgerSchema: [example("ledger.yaml")] },
  "provider/fields.ts": {
    ...{ address: ["10.1.0.5"], addresses: ["10.1.0.0/24"], cidr: ["2001:db8::/64"], limit: [-1] },
    instant: ["2027-12-31T23:59:59Z"],
  },
  "provider/resources/compute/machine-inputs.ts": {
    inputs: [{ name: "m", flavorId: "f", imageId: "i", ports: ["p"], tags: ["zone"], metadata: { a: "b" } }],
  },
  "provider/resources/identity/assignments.ts": {
    assignmentFields: [{ role: "reader", userId: "u" }],
    assignmentSchema: [{ role: "reader", groupId: "g" }],
  },
  "provider/resources/identity/people.ts": { userInputs: [{ domainId: "d", name: "n", description: "x", enabled: true }] },
  "provider/resources/keys/secrets.ts": {
    consumerSchema: [{ service: "compute", resourceType: "servers", resourceId: "s" }],
    readers: [["u1", "u2"]],
  },
  "provider/resources/network/rules.ts": {
    ruleSchema: [{ direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 22, portMax: 22 }],
  },
  "provider/resources/network/subnet.ts": { description: ["words"], name: ["heart"] },
  "provider/resources/objectstorage/containers.ts": { containerName: ["digimed-heart-run"] },
  "scripts/devcloud/quobyte/faults.ts": { faultSchema: [{ fault: "slow", method: "createVolume", times: 2 }] },
};

/** Files of Quobyte's contract, whose schemas say of themselves what they accept: their values are drawn. */
export const CONTRACT = "quobyte/contract/";

export const drawn = (schema: z.core.$ZodType, seed: number): readonly unknown[] =>
  fc.sample(valuesOf(schema), { seed, numRuns: 25 });
