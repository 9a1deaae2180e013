import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../config/index.ts";
import { planned, type ObjectKind } from "../../plan/types.ts";
import { examples, withCephfs, withIpsec, withMounts, withTopology } from "../unit/plan/examples.ts";
import { inMemory } from "../policies/zone-parts.ts";
import { ofType, type Registered } from "./harness.ts";
import { runZone } from "./programs.ts";

const { plan, resources, result } = await runZone(examples.zone());
const changed = (change: (config: ZoneConfig) => void) => {
  const config = structuredClone(examples.zone());
  change(config);
  return runZone(config);
};
const DATA = ["Volume", "Share"] as const;
const dataOf = (all: readonly Registered[]): readonly Registered[] => DATA.flatMap((type) => ofType(all, type));

/** What each kind of a zone's plan becomes. */
const BECOMES: Partial<Record<ObjectKind, string>> = {
  "partner-group": "Group",
  "project-access": "ProjectAccess",
  "domain-access": "DomainAccess",
  subnet: "Subnet",
  "network-reach": "NetworkReach",
  "security-group": "SecurityGroup",
  "rule-set": "RuleSet",
  port: "Port",
  share: "Share",
  "share-access": "ShareAccessSet",
  "share-lock": "ResourceLock",
};

describe("Zone", () => {
  it.each(Object.entries(BECOMES))("every planned %s becomes one %s", (kind, type) => {
    const objects = planned(plan, kind as ObjectKind);
    expect(objects.length).toBeGreaterThan(0);
    expect(ofType(resources, type)).toHaveLength(objects.length);
  });

  it("every planned machine becomes one server and its disk, every planned volume one volume", () => {
    const servers = ofType(resources, "Machine").filter(({ custom }) => custom);
    expect(servers.map(({ inputs }) => inputs["name"]).toSorted()).toEqual(
      planned(plan, "machine").map(({ name }) => name),
    );
    const disks = [...planned(plan, "root-volume"), ...planned(plan, "volume")].map(({ name }) => name);
    expect(
      ofType(resources, "Volume")
        .map(({ inputs }) => inputs["name"])
        .toSorted(),
    ).toEqual(disks.toSorted());
  });

  it("nothing of a kind that the plan does not know is made", () => {
    const kinds = new Set([...Object.values(BECOMES), "Machine", "Volume", "VolumeAttachment", "openstack"]);
    for (const { type, custom } of resources) if (custom) expect(kinds).toContain(type.split(":").at(-1));
  });

  it("C4H-1: what is in an area is made with the area's scope, people and groups with the domain's", () => {
    for (const { type, name, provider, inputs } of resources.filter(({ custom, parent }) => custom && parent !== "")) {
      const scope = type.startsWith("openstack:") ? provider : inputs["cloud"];
      if (scope === undefined) continue;
      const isPeople = /:(Group|GroupMembers|Person|ProjectAccess|DomainAccess)$/.test(type);
      expect(scope, name).toMatch(
        isPeople ? /^digimed$/ : name.startsWith("digimed-heart") ? /^digimed-heart$/ : /^digimed-commons$/,
      );
    }
  });

  it("data is protected and kept, and nothing else is", () => {
    expect(dataOf(resources)).toHaveLength(4);
    for (const { name, protect, retainOnDelete } of dataOf(resources))
      expect({ name, protect, retainOnDelete }).toEqual({ name, protect: true, retainOnDelete: true });
    for (const resource of resources.filter((one) => !dataOf(resources).includes(one)))
      expect(resource.protect, resource.name).toBe(false);
  });

  it("the explicit word takes the protection off, from that data alone", async () => {
    const run = await changed(({ areas }) => (areas["heart"]!.datasets["imaging"]!.deletion = "allowed"));
    const free = dataOf(run.resources).filter(({ protect, retainOnDelete }) => !protect && !retainOnDelete);
    expect(free.map(({ name }) => name)).toEqual(["digimed-heart-imaging-data-volume"]);
  });

  it("data that was taken over is never deleted, whatever the config says", async () => {
    const run = await changed(({ areas }) =>
      Object.assign(areas["heart"]!.datasets["imaging"]!, { adopt: "vol-1", deletion: "allowed" }),
    );
    expect(dataOf(run.resources).filter(({ importId }) => importId !== "")).toMatchObject([
      { importId: "digimed-heart//vol-1", retainOnDelete: true },
    ]);
  });

  it("C4H-15: broker and workers are made in one server group of their area, and nobody else is in one", async () => {
    const run = await runZone(withTopology(examples.zone()));
    const [group, ...more] = ofType(run.resources, "ServerGroup");
    expect(more).toEqual([]);
    expect(group!.inputs).toEqual({ cloud: "digimed-commons", name: "digimed-commons", policy: "anti-affinity" });
    const servers = ofType(run.resources, "Machine").filter(({ custom }) => custom);
    const members = servers.filter(({ inputs }) => inputs["serverGroupId"] === `${group!.name}-id`);
    expect(members.map(({ inputs }) => inputs["name"]).toSorted()).toEqual([
      "digimed-commons-broker",
      "digimed-commons-worker",
      "digimed-commons-worker-2",
    ]);
    for (const { dependencies } of members) expect(dependencies).toContain(group!.urn);
    expect(servers.length).toBeGreaterThan(3);
    expect(servers.filter(({ inputs }) => inputs["serverGroupId"] !== undefined)).toEqual(members);
    const soft = await runZone(withTopology(examples.zone(), "preferred"));
    expect(ofType(soft.resources, "ServerGroup").map(({ inputs }) => inputs["policy"])).toEqual(["soft-anti-affinity"]);
    expect(ofType(resources, "ServerGroup")).toEqual([]);
  });

  it("C4H-2: every port has port security, one group, both subnets, and no address pair", () => {
    for (const { inputs } of ofType(resources, "Port")) {
      expect(inputs).toMatchObject({ portSecurityEnabled: true, allowedAddressPairs: [] });
      expect(inputs["securityGroupIds"]).toHaveLength(1);
      expect(inputs["fixedIps"]).toHaveLength(2);
    }
  });

  it("C4H-3: a site's networks are one group of addresses, which rules name and wait for; all machines carry the area's group", async () => {
    const run = await changed((config) => {
      config.sites["clinic"] = { title: "A clinic", kind: "wireguard", networks: ["192.168.40.0/24", "fd40::/64"] };
      config.flows.push({ from: "site/clinic", to: "area/heart", ports: ["104/tcp"], reason: "images come in" });
    });
    const [group, ...more] = ofType(run.resources, "AddressGroup");
    expect(more).toEqual([]);
    expect(group!.inputs).toMatchObject({
      name: "digimed-heart-site-clinic",
      cloud: "digimed-heart",
      addresses: ["192.168.40.0/24", "fd40::/64"],
    });
    const set = ofType(run.resources, "RuleSet").find(({ name }) => name.endsWith("digimed-heart-all"));
    expect(set!.dependencies).toContain(group!.urn);
    const rules = set!.inputs["rules"] as Record<string, unknown>[];
    expect(rules.map(({ ethertype, remoteAddressGroupId }) => [ethertype, remoteAddressGroupId])).toEqual(
      ["IPv4", "IPv6"].map((version) => [version, `${group!.name}-id`]),
    );
    const ports = ofType(run.resources, "Port").filter(({ inputs }) =>
      String(inputs["name"]).startsWith("digimed-heart"),
    );
    expect(ports).toHaveLength(1);
    expect(ports[0]!.inputs["securityGroupIds"]).toHaveLength(2);
    expect(ofType(resources, "AddressGroup")).toEqual([]);
  });

  it("C4H-2: every group's rules are one set's, and the set waits for its group", () => {
    const sets = ofType(resources, "RuleSet");
    for (const { name, urn } of ofType(resources, "SecurityGroup")) {
      const own = sets.filter(({ inputs }) => inputs["securityGroupId"] === `${name}-id`);
      expect(own, name).toHaveLength(1);
      expect(own[0]!.dependencies).toContain(urn);
    }
  });

  it("C4H-2: subnets have no gateway, no name server and no route", () => {
    for (const { inputs } of ofType(resources, "Subnet")) {
      expect(inputs["gateway"]).toBeUndefined();
      // Neutron's word for "none": an empty list hands out the name servers of the cloud's own hosts.
      expect(inputs["dnsNameservers"]).toEqual([inputs["ipVersion"] === 4 ? "0.0.0.0" : "::"]);
      expect(inputs["hostRoutes"]).toBeUndefined();
    }
  });

  it("C4H-2: guests are told of name servers that flows lead to, in that area and version of IP alone", async () => {
    const run = await changed((config) => {
      config.outside["dns"] = { title: "Resolver", networks: ["203.0.113.53/32", "2001:db8::53/128"] };
      config.flows.push({ from: "area/heart", to: "outside/dns", ports: ["53/udp"], reason: "names of the mirror" });
      config.granted.routers["heart"] = { ends: ["outside"], addresses: [] };
    });
    const told = Object.fromEntries(
      ofType(run.resources, "Subnet").map(({ inputs }) => [String(inputs["name"]), inputs["dnsNameservers"]]),
    );
    expect(told["digimed-heart-ipv4"]).toEqual(["203.0.113.53"]);
    expect(told["digimed-heart-ipv6"]).toEqual(["2001:db8::53"]);
    expect(told["digimed-commons-ipv4"]).toEqual(["0.0.0.0"]);
  });

  it("networks' objects say their zone in the description: tags would cost a call each", () => {
    for (const type of ["Subnet", "SecurityGroup", "Port"])
      for (const { name, inputs } of ofType(resources, type)) {
        expect(inputs["description"], name).toMatch(/zone digimed$/);
        expect(inputs["tags"], name).toBeUndefined();
      }
  });

  it("addresses come with the config drive: without a router DHCP serves IPv4 alone", () => {
    const subnets = ofType(resources, "Subnet").map(({ inputs }) => inputs);
    expect(new Set(subnets.map((inputs) => inputs["ipVersion"]))).toEqual(new Set([4, 6]));
    for (const inputs of subnets) {
      expect(inputs["enableDhcp"]).toBe(inputs["ipVersion"] === 4);
    }
    const machines = resources.filter(({ type }) => type === "tresor:compute:Machine");
    expect(machines.length).toBeGreaterThan(0);
    for (const { name, inputs } of machines) expect(inputs["configDrive"], name).toBe(true);
  });

  it("C4H-2: the default group of every area is emptied", () => {
    const empty = ofType(resources, "RuleSet").filter(({ name }) => name.endsWith("-rules-default"));
    expect(empty.map(({ inputs }) => [inputs["securityGroupId"], inputs["rules"]])).toEqual([
      ["digimed-commons-looked-up", []],
      ["digimed-heart-looked-up", []],
    ]);
  });

  it("DIGIMED-10: a share's whole access list is what was planned, by address", () => {
    const [planObject] = planned(plan, "share-access");
    const [access] = ofType(resources, "ShareAccessSet");
    expect(access!.inputs["rules"]).toEqual(
      planObject!.facts.rules.map(({ cidr, level }) => ({ accessType: "ip", accessTo: cidr, accessLevel: level })),
    );
    for (const { inputs } of ofType(resources, "Share")) expect(inputs["isPublic"]).toBe(false);
  });

  it("DIGIMED-9, DIGIMED-10: a share is locked, and so is each of its rules, as the preset demands", async () => {
    const [access] = ofType(resources, "ShareAccessSet");
    const [lock] = ofType(resources, "ResourceLock");
    expect(access?.inputs["locks"]).toBe("required");
    expect(lock?.inputs).toMatchObject({ shareId: access?.inputs["shareId"], demand: "required" });
    expect(lock?.inputs["reason"]).toContain("commons/cohort of zone digimed");
    const guarded = await changed((config) => (config.preset = "guarded"));
    expect(ofType(guarded.resources, "ShareAccessSet")[0]?.inputs["locks"]).toBe("offered");
  });

  it("DIGIMED-10: a machine mounts a share from where it is, by the options of its preset", async () => {
    const run = await runZone(withMounts(examples.zone()));
    const [place] = ofType(run.resources, "ExportPath");
    const [share] = ofType(run.resources, "Share");
    expect(place?.inputs["shareId"]).toBe(`${share?.name}-id`);
    const servers = ofType(run.resources, "Machine").filter(({ custom }) => custom);
    const mounting = servers.filter(({ inputs }) => inputs["mounts"] !== undefined);
    expect(mounting.map(({ inputs }) => inputs["name"])).toEqual(["digimed-commons-analysis"]);
    expect(mounting[0]?.inputs["mounts"]).toMatchObject([
      { directory: "/data/cohort", options: expect.arrayContaining(["rw", "nosuid", "nodev", "noexec"]) },
    ]);
    // Control: where nothing is mounted, nothing is asked.
    expect(ofType(resources, "ExportPath")).toEqual([]);
  });

  it("DIGIMED-10: a share by CephFS is opened by keys alone, locked whatever the preset, and mounted once its key is there", async () => {
    const config = withCephfs(withMounts(examples.zone()));
    config.preset = "guarded";
    const run = await runZone(config);
    const [access] = ofType(run.resources, "ShareAccessSet");
    expect(access?.inputs).toMatchObject({
      locks: "required",
      rules: [
        { accessType: "cephx", accessTo: "digimed_commons_cohort_machines", accessLevel: "rw" },
        { accessType: "cephx", accessTo: "digimed_commons_cohort_bench_heart-centre", accessLevel: "rw" },
        { accessType: "cephx", accessTo: "digimed_commons_cohort_bench_uni-north", accessLevel: "ro" },
      ],
    });
    expect(ofType(run.resources, "Share")[0]?.inputs["shareProto"]).toBe("CEPHFS");
    const [mounting] = ofType(run.resources, "Machine").filter(({ inputs }) => inputs["mounts"] !== undefined);
    expect(mounting?.inputs["mounts"]).toMatchObject([
      {
        type: "ceph",
        options: expect.arrayContaining(["name=digimed_commons_cohort_machines", "ms_mode=secure"]),
        more: "fs=cephfs",
      },
    ]);
  });

  it("DIGIMED-12: role lists name groups by id, and the operator's grant as expected", () => {
    const access = ofType(resources, "ProjectAccess").find(({ name }) => name === "digimed-heart-access-roles");
    expect(access!.inputs).toMatchObject({
      assignments: [{ role: "reader", groupId: "digimed-partner-digimed-heart-centre-id" }],
      expected: [{ role: "member", userId: "pipeline-user" }],
    });
  });

  it("DIGIMED-5: a machine boots from its own encrypted volume; the image is written there", () => {
    for (const { inputs } of ofType(resources, "Machine").filter(({ custom }) => custom)) {
      expect(inputs["bootVolumeId"]).toBe(`${String(inputs["name"])}-root-id`);
      const disk = ofType(resources, "Volume").find(({ name }) => name === `${String(inputs["name"])}-root`);
      expect(disk!.inputs).toMatchObject({
        imageId: inputs["imageId"],
        volumeType: expect.stringMatching(/^encrypted-/),
        encrypted: true,
      });
    }
  });

  it("C4H-5, C4H-11: a machine that keeps data in memory has no volume at all, and boots from the image", async () => {
    const run = await changed((config) => inMemory(config as never));
    const server = (name: string) => ofType(run.resources, "Machine").find((one) => one.name === `${name}-server`);
    const memory = server("digimed-commons-analysis")!;
    expect(memory.inputs["bootVolumeId"]).toBeUndefined();
    expect(memory.inputs["imageId"]).toBe("debian-13-snp-looked-up");
    expect(memory.secretInputs).toEqual(["userData"]);
    expect(
      ofType(run.resources, "Volume")
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["digimed-heart-imaging-data-volume", "digimed-heart-imaging-root"]);
    expect(ofType(run.resources, "VolumeAttachment").map(({ inputs }) => inputs["serverId"])).not.toContain(
      "digimed-commons-analysis-server-id",
    );
    // Control: the other machine boots from its volume.
    expect(server("digimed-heart-imaging")!.inputs["bootVolumeId"]).toBe("digimed-heart-imaging-root-id");
  });

  it("DIGIMED-8: a volume says that its driver cannot make it larger in use, and says nothing where it can", async () => {
    const run = await changed(({ granted }) => (granted.volumeTypes["encrypted-hdd"]!.driver = "lvm"));
    const said = (name: string) => ofType(run.resources, "Volume").find((one) => one.name === name)!.inputs;
    expect(said("digimed-heart-imaging-data-volume")["growsAttached"]).toBeUndefined();
    expect(said("digimed-heart-imaging-root")["growsAttached"]).toBe(false);
  });

  it("user data is handed over as a secret", async () => {
    const run = await changed(({ areas }) => (areas["heart"]!.machines["imaging"]!.userData = "#cloud-config\n"));
    const machine = ofType(run.resources, "Machine").find(({ name }) => name === "digimed-heart-imaging-server");
    expect(machine).toMatchObject({ inputs: { userData: "#cloud-config\n" } });
    expect(machine!.secretInputs).toEqual(["userData"]);
    expect(machine!.additionalSecretOutputs).toContain("userData");
  });

  it("tells the cloud's id of every object that has one of its own", () => {
    const without = ["project-access", "domain-access", "network-reach", "rule-set", "share-access"];
    const ids = plan.objects.filter(({ kind }) => !without.includes(kind)).map(({ id }) => id);
    expect(Object.keys(result.ids).toSorted()).toEqual(ids.toSorted());
  });

  it("C4H-2, DIGIMED-11: on each network may be its own subnets, its area's and bench's ports, and the area's router where flows need it", async () => {
    const reaches = ofType(resources, "NetworkReach").map(({ inputs }) => inputs);
    const [area, bench] = ["digimed-commons", "digimed-commons-uni-north"];
    const projects = Object.fromEntries(reaches.map((one) => [one["networkId"], one["projectIds"]]));
    expect(projects).toMatchObject({
      [`${area}-looked-up`]: [`${area}-looked-up`],
      [`${bench}-looked-up`]: [`${area}-looked-up`, `${bench}-looked-up`],
    });
    expect(reaches.every((one) => (one["subnets"] as string[]).length === 2 && !("routerIds" in one))).toBe(true);
    const run = await runZone(withIpsec(examples.zone()));
    const routed = ofType(run.resources, "NetworkReach").filter(({ inputs }) => "routerIds" in inputs);
    expect(routed.map(({ inputs }) => inputs["routerIds"])).toEqual([["digimed-heart-looked-up"]]);
  });

  it("C4H-3: ways out are there for flows alone: a leg in each subnet, and tunnels that wait for them", async () => {
    for (const type of ["RouterInterface", "Service", "Connection", "EndpointGroup"])
      expect(ofType(resources, type), type).toEqual([]);
    const run = await runZone(withIpsec(examples.zone()));
    const legs = ofType(run.resources, "RouterInterface");
    expect(legs.map(({ inputs }) => [inputs["routerId"], inputs["subnetId"], inputs["cloud"]])).toEqual(
      [4, 6].map((version) => [
        "digimed-heart-looked-up",
        `digimed-heart-network-subnet-digimed-heart-ipv${version}-id`,
        "digimed-heart",
      ]),
    );
    const tunnels = ofType(run.resources, "Connection");
    expect(tunnels).toHaveLength(2);
    for (const tunnel of tunnels) {
      expect(tunnel.dependencies).toEqual(expect.arrayContaining(legs.map(({ urn }) => urn)));
      expect(tunnel.inputs).toMatchObject({ psk: "value-of-clinic-psk", peerAddress: "198.51.100.20" });
      expect(tunnel.secretInputs).toEqual(["psk"]);
      expect(tunnel.additionalSecretOutputs).toContain("psk");
    }
    const [four] = ofType(run.resources, "Subnet").filter(({ inputs }) => inputs["name"] === "digimed-heart-ipv4");
    const [route, ...more] = four!.inputs["hostRoutes"] as { destination: string; nextHop: string }[];
    expect([route!.destination, more]).toEqual(["192.168.40.0/24", []]);
    expect(legs[0]!.inputs["address"]).toBe(route!.nextHop);
    expect(four!.inputs["gateway"]).toBeUndefined();
  });
});
