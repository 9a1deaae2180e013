import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { providerSchema } from "../../../provider/schema.ts";
import * as sdk from "../../../provider/sdk.ts";

const registered: { type: string; inputs: Record<string, unknown> }[] = [];
beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ type, inputs, name }) => {
      registered.push({ type, inputs: inputs as Record<string, unknown> });
      return { id: `${name}-id`, state: inputs as Record<string, unknown> };
    },
    call: () => ({}),
  }),
);

describe("sdk", () => {
  it("has a class for every resource of the schema, whose inputs the schema knows", async () => {
    const cloud = "c";
    const cluster = "main";
    const made = [
      new sdk.RuleSet("a", { cloud, securityGroupId: "g", rules: [{ direction: "egress", ethertype: "IPv6" }] }),
      new sdk.Subnet("s", { cloud, name: "s", networkId: "n", ipVersion: 4, cidr: "10.0.0.0/24", enableDhcp: true }),
      new sdk.NetworkReach("nr", { cloud, networkId: "n", subnets: ["10.0.0.0/24"], projectIds: ["p"] }),
      new sdk.AddressGroup("z", { cloud, name: "a", addresses: ["10.0.0.0/24"] }),
      new sdk.SecurityGroup("t", { cloud, name: "g" }),
      new sdk.Port("u", { cloud, name: "p", networkId: "n", securityGroupIds: ["g"], fixedIps: [{ subnetId: "s" }] }),
      new sdk.PortGroups("pg", { cloud, portId: "p", securityGroupIds: ["g"] }),
      new sdk.RouterInterface("ri", {
        cloud,
        name: "r",
        routerId: "r",
        networkId: "n",
        subnetId: "s",
        address: "10.0.0.1",
      }),
      new sdk.VpnService("vs", { cloud, name: "v", routerId: "r" }),
      new sdk.IkePolicy("vi", {
        ...{ cloud, name: "i", ikeVersion: "v2", phase1NegotiationMode: "main", lifetime: 28_800 },
        ...{ authAlgorithm: "sha384", encryptionAlgorithm: "aes-256-gcm-16", pfs: "group20" },
      }),
      new sdk.IpsecPolicy("vp", {
        ...{ cloud, name: "p", transformProtocol: "esp", encapsulationMode: "tunnel", lifetime: 3_600 },
        ...{ authAlgorithm: "sha384", encryptionAlgorithm: "aes-256-gcm-16", pfs: "group20" },
      }),
      new sdk.EndpointGroup("ve", { cloud, name: "e", type: "cidr", endpoints: ["192.168.40.0/24"] }),
      new sdk.VpnConnection("vc", {
        ...{ cloud, name: "c", serviceId: "s", ikePolicyId: "i", ipsecPolicyId: "p" },
        ...{ localEndpointGroupId: "l", peerEndpointGroupId: "e", peerAddress: "198.51.100.20", peerId: "x" },
        ...{ psk: "k", initiator: "bi-directional", mtu: 1500, dpd: { action: "restart", interval: 30, timeout: 120 } },
      }),
      new sdk.SharedNetworkAccess("b", {
        cloud,
        networkId: "n",
        access: [{ action: "access_as_shared", targetProjectId: "p" }],
      }),
      new sdk.DefaultSecurityGroup("c", { cloud, projectId: "p" }),
      new sdk.Group("n", { cloud, name: "g", domainId: "d" }),
      new sdk.GroupMembers("gm", { cloud, groupId: "g", domainId: "d", members: [{ userId: "u" }, { name: "n" }] }),
      new sdk.ServiceUser("su", { cloud, name: "s", domainId: "d", enabled: true }),
      new sdk.ApplicationCredential("ac", {
        ...{ cloud, userId: "u", projectId: "p", name: "c", roles: ["reader"], expiresAt: "2027-12-31T23:59:59Z" },
        accessRules: [{ service: "object-store", method: "GET", path: "/v1/AUTH_p/run/**" }],
        enabled: true,
      }),
      new sdk.Container("co", {
        ...{ cloud, name: "c", readers: ["reader"], writers: [], quotaBytes: 1, versions: true, signed: true },
        metadata: { owner: "x" },
      }),
      new sdk.IngestKey("ik", {
        ...{ cloud, container: "c", networks: ["192.0.2.0/28"], expiresAt: "2027-12-31T23:59:59Z", enabled: true },
      }),
      new sdk.Person("pe", { cloud, name: "p", domainId: "d", enabled: true }),
      new sdk.DomainAccess("da", { cloud, domainId: "d", assignments: [], expected: [] }),
      new sdk.IdentityProvider("ip", { cloud, name: "i", remoteIds: ["https://i.example"], authorizationMinutes: 5 }),
      new sdk.Mapping("mp", { cloud, name: "m", rules: "[{}]" }),
      new sdk.FederationProtocol("fp", {
        cloud,
        identityProviderId: "i",
        name: "openid",
        mappingId: "m",
        remoteIdAttribute: "ISS",
      }),
      new sdk.ProjectAccess("d", {
        cloud,
        projectId: "p",
        assignments: [{ role: "reader", groupId: "g" }],
        expected: [],
      }),
      new sdk.HostAggregate("x", { cloud, name: "a", hosts: ["h"], projectIds: ["p"], metadata: { a: "b" } }),
      new sdk.ServerGroup("sg", { cloud, name: "a", policy: "anti-affinity" }),
      new sdk.ComputeQuota("m", {
        cloud,
        projectId: "p",
        instances: 1,
        cores: 1,
        memoryMiB: 1,
        serverGroups: 1,
        serverGroupMembers: 1,
        metadataItems: 1,
        keyPairs: 1,
        injectedFiles: 0,
        injectedFileContentBytes: 0,
        injectedFilePathBytes: 0,
      }),
      new sdk.VolumeQuota("o", {
        cloud,
        projectId: "p",
        volumes: 1,
        gigabytes: 1,
        snapshots: 0,
        perVolumeGigabytes: 1,
        backups: 0,
        backupGigabytes: 0,
        groups: 0,
        volumeTypeQuotas: [],
      }),
      new sdk.VolumeTypeEncryption("e", {
        cloud,
        volumeTypeId: "t",
        provider: "luks",
        cipher: "aes-xts-plain64",
        keySize: 256,
        controlLocation: "front-end",
      }),
      new sdk.ProjectDefaultVolumeType("f", { cloud, projectId: "p", volumeTypeId: "t" }),
      new sdk.Volume("v", { cloud, name: "v", size: 1, volumeType: "t", imageId: "i", encrypted: true, metadata: {} }),
      new sdk.Share("w", { cloud, name: "s", size: 1, shareProto: "NFS", shareType: "t", isPublic: false }),
      new sdk.VolumeAttachment("x", { cloud, serverId: "s", volumeId: "v" }),
      new sdk.ShareType("g", {
        cloud,
        name: "t",
        description: "",
        driverHandlesShareServers: false,
        extraSpecs: {},
        isPublic: false,
      }),
      new sdk.ShareTypeAccess("h", { cloud, shareTypeId: "t", projectId: "p" }),
      new sdk.ShareQuota("i", {
        cloud,
        projectId: "p",
        shares: 1,
        gigabytes: 1,
        snapshots: 0,
        snapshotGigabytes: 0,
        shareNetworks: 0,
        shareTypeQuotas: [],
      }),
      new sdk.ShareAccessSet("j", {
        cloud,
        shareId: "s",
        rules: [{ accessType: "ip", accessTo: "10.0.0.0/24", accessLevel: "ro" }],
      }),
      new sdk.ExportPath("ep", { cloud, shareId: "s" }),
      new sdk.ResourceLock("rl", { cloud, shareId: "s", reason: "data set heart/imaging", demand: "offered" }),
      new sdk.NetworkQuota("n", {
        cloud,
        projectId: "p",
        networks: 1,
        subnets: 2,
        ports: 5,
        securityGroups: 5,
        securityGroupRules: 50,
        routers: 0,
        floatingIps: 0,
        rbacPolicies: 0,
        subnetPools: 0,
      }),
      new sdk.PkiRole("pr", { authority: "a", mount: "pki", name: "r", domains: ["a.example"], maxTtl: 3600 }),
      new sdk.PkiPolicy("pp", { authority: "a", name: "p", policy: "# none" }),
      new sdk.StudyKey("sk", {
        ...{ cloud, name: "study", expiration: "2099-12-31T23:59:59Z", readers: ["u"], ended: false },
        consumers: [{ service: "compute", resourceType: "servers", resourceId: "m" }],
      }),
      new sdk.SecretAcl("sa", { cloud, secretId: "s", readers: ["u"], projectAccess: false }),
      new sdk.KeyQuota("k", { cloud, projectId: "p", secrets: 1, orders: 1, containers: 1, consumers: 1, cas: 1 }),
      new sdk.Machine("l", {
        cloud,
        name: "m",
        flavorId: "f",
        bootVolumeId: "v",
        ports: ["p"],
        userData: "x",
        metadata: {},
        tags: [],
        configDrive: true,
        powerState: "active",
      }),
      new sdk.QuobyteTenant("qt", {
        cluster,
        tenantId: "t",
        name: "t",
        networks: ["10.0.0.0/24"],
        eraseVolumes: false,
      }),
      new sdk.QuobytePolicyRule("qr", {
        cluster,
        name: "r",
        tenantIds: ["t"],
        encryption: "SYSTEM_AES_256",
        retention: { properties: ["IMMUTABLE"], days: 1 },
      }),
      new sdk.QuobyteQuota("qq", { cluster, tenantId: "t", gigabytes: 1, volumes: 1, files: 1 }),
      new sdk.QuobyteVolume("qv", { cluster, tenantId: "t", name: "v", labels: { a: "b" }, erase: false }),
      new sdk.QuobyteExport("qe", { cluster, volumeId: "v", networks: [{ network: "10.0.0.0/24", level: "ro" }] }),
      new sdk.QuobyteAccessKey("qk", {
        cluster,
        tenantId: "t",
        userName: "u",
        type: "DATA_ACCESS_KEY",
        validityDays: 9,
      }),
      new sdk.QuobyteCertificateSubject("qc", {
        ...{ cluster, fingerprint: "f", services: ["CLIENT"], hosts: ["10.0.0.0/24"] },
        subjects: [{ tenantId: "t", readOnly: true }],
      }),
    ];
    await Promise.all(made.map((one) => new Promise((resolve) => one.urn.apply(resolve))));
    expect(registered.map((one) => one.type).sort()).toEqual(Object.keys(providerSchema.resources).sort());
    for (const { type, inputs } of registered) {
      const known = providerSchema.resources[type];
      const given = Object.keys(inputs).filter((key) => inputs[key] !== undefined);
      for (const key of given) expect(Object.keys(known?.inputProperties ?? {}), type).toContain(key);
      for (const key of known?.requiredInputs ?? []) expect(given, type).toContain(key);
    }
  });
});
