import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROOFS } from "../../scripts/proof/index.ts";
import { attempt } from "../../scripts/proof/attempt.ts";
import { platformImage } from "../../scripts/proof/images.ts";
import type { World } from "../../scripts/proof/world.ts";
import { buildZones, openZones, rebuildZone, refreshCheck, run, SITES, sites, up, withEdit } from "./zones.ts";

const STACKS = ["platform", "digimed-tenant", "mini-tenant", "digimed", "mini"];
let world: World;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** One object of a list by its name. */
async function named(
  session: World["operator"],
  service: Parameters<typeof attempt>[1],
  path: string,
  key: string,
  name: string,
): Promise<Named> {
  const found = (await session.paginate<Named>(service, path, key)).find((object) => object.name === name);
  if (found === undefined) throw new Error(`no ${name} in ${path}`);
  return found;
}

describe("a research zone on a real OpenStack", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
  });
  afterAll(() => world?.close());

  describe("every proof holds on the live cloud", () => {
    const ids: Readonly<Record<string, string>> = {
      machines: "DIGIMED-1 DIGIMED-4",
      packets: "C4H-2 DIGIMED-10 DIGIMED-11",
      storage: "DIGIMED-5 DIGIMED-6 DIGIMED-9 DIGIMED-12 EV-09 EV-10",
      shares: "DIGIMED-9 DIGIMED-10 DIGIMED-11 EV-11",
      tenants: "C4H-1 DIGIMED-7",
      "handing-out": "C4H-1 DIGIMED-6 DIGIMED-9",
    };
    for (const [group, prove] of Object.entries(PROOFS)) {
      it(`${ids[group] ?? ""}: ${group}`, async () => {
        const proofs = await prove(world);
        expect(proofs.filter(({ holds }) => !holds)).toEqual([]);
        expect(proofs.length).toBeGreaterThan(2);
      });
    }
  });

  describe("what stands is what the config says", () => {
    // Both commands only look, and wait for the cloud most of their time.
    for (const stack of STACKS) {
      it.concurrent(`${stack}: neither preview nor refresh sees a change`, async () => {
        await run(0, stack, "preview", "--expect-no-changes");
        await refreshCheck(stack);
      });
    }

    it("DIGIMED-17: every volume, share and machine is in an allowed place", async () => {
      const { zones } = world.zone.config.places;
      for (const session of Object.values(world.zone.areas)) {
        const volumes = await session.paginate<{ availability_zone: string }>(
          "block-storage",
          "/volumes/detail",
          "volumes",
        );
        const servers = await session.paginate<{ "OS-EXT-AZ:availability_zone": string }>(
          "compute",
          "/servers/detail",
          "servers",
        );
        const found = [
          ...volumes.map((volume) => volume.availability_zone),
          ...servers.map((server) => server["OS-EXT-AZ:availability_zone"]),
        ];
        expect(found.length).toBeGreaterThan(1);
        expect(found.filter((place) => !zones.includes(place))).toEqual([]);
      }
    });
  });

  describe("DIGIMED-12: what was made by hand is seen, named and undone", () => {
    it("by a member: an extra rule, role and share access", async () => {
      const { zone } = world;
      const area = zone.areas["commons"]!;
      const group = await named(area, "network", "/security-groups", "security_groups", "digimed-commons-analysis");
      const share = await named(area, "shared-file-system", "/shares", "shares", "digimed-commons-cohort");
      const rule = {
        security_group_id: group.id,
        direction: "ingress",
        ethertype: "IPv4",
        protocol: "tcp",
        port_range_min: 3389,
        port_range_max: 3389,
        remote_ip_prefix: "0.0.0.0/0",
      };
      expect((await attempt(area, "network", "POST", "/security-group-rules", { security_group_rule: rule })).ok).toBe(
        true,
      );
      const access = { allow_access: { access_type: "ip", access_to: "203.0.113.7", access_level: "rw" } };
      expect((await attempt(area, "shared-file-system", "POST", `/shares/${share.id}/action`, access)).ok).toBe(true);
      const groups = await zone.domain.paginate<Named>("identity", "/groups", "groups");
      const southern = groups.find(({ name }) => name === "digimed-uni-south")!;
      const roles = await world.operator.paginate<Named>("identity", "/roles", "roles");
      const member = roles.find(({ name }) => name === "member")!;
      const grant = `/projects/${zone.projects["digimed-heart"]}/groups/${southern.id}/roles/${member.id}`;
      expect((await attempt(zone.domain, "identity", "PUT", grant)).ok).toBe(true);

      const words = await refreshCheck("digimed", 7);
      expect(words).toContain("digimed-commons-network-rules-digimed-commons-analysis");
      expect(words).toContain("digimed-commons-cohort-data-access");
      expect(words).toContain("digimed-heart-access-roles");
      expect(words).toContain("3389");
      expect(words).toContain("203.0.113.7");

      await up("digimed", 0, "--refresh");
      await refreshCheck("digimed");
      const rules = await area.paginate<{ port_range_min: number }>(
        "network",
        "/security-group-rules",
        "security_group_rules",
        { query: { security_group_id: group.id } },
      );
      expect(rules.filter(({ port_range_min }) => port_range_min === 3389)).toEqual([]);
      expect((await attempt(zone.domain, "identity", "HEAD", grant)).ok).toBe(false);
    });

    it("by the operator: a role is drift, what the zone may not remove stops `up` with its name", async () => {
      const { zone, operator } = world;
      const { userId } = await operator.token();
      const roles = await operator.paginate<Named>("identity", "/roles", "roles");
      const admin = roles.find(({ name }) => name === "admin")!;
      const grant = `/projects/${zone.projects["digimed-heart"]}/users/${userId}/roles/${admin.id}`;
      await operator.request("identity", "PUT", grant);
      try {
        const words = await refreshCheck("digimed", 7);
        expect(words).toContain("digimed-heart-access-roles");
        const refused = await up("digimed", 1, "--refresh");
        expect(refused).toMatch(/ask the operator to (remove|revoke)/);
      } finally {
        await operator.request("identity", "DELETE", grant);
      }
      await up("digimed", 0, "--refresh");
      await refreshCheck("digimed");
    });
  });

  describe("DIGIMED-1: a machine that is not ACTIVE never counts as made", () => {
    it("shows Nova's fault, fails again at the next `up`, and is made once there is a slot", async () => {
      const { operator, settings } = world;
      const flavors = await operator.paginate<Named>("compute", "/flavors/detail", "flavors", {
        query: { is_public: "None" },
      });
      const flavorRef = flavors.find(({ name }) => name === "SCS-2T-8_z4")!.id;
      const imageRef = (await platformImage(operator, operator)).id;
      const { projectId } = await operator.token();
      await operator.request("compute", "PUT", `/os-quota-sets/${projectId}`, {
        body: { quota_set: { instances: 100, cores: 1000, ram: 4_000_000 } },
      });
      const made: string[] = [];
      const boot = async (): Promise<string> => {
        const { body } = await operator.request<{ server: Named }>("compute", "POST", "/servers", {
          body: { server: { name: `filler-${made.length}`, flavorRef, imageRef, networks: "none" } },
        });
        made.push(body.server.id);
        for (;;) {
          const { server } = (
            await operator.request<{ server: { status: string } }>("compute", "GET", `/servers/${body.server.id}`)
          ).body;
          if (server.status !== "BUILD") return server.status;
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
      };
      const slots = settings.snpSlots * settings.hosts.filter(({ confidential }) => confidential).length;
      for (let count = 0; count <= slots && (await boot()) === "ACTIVE"; count++);
      const second =
        "        machines:\n          spare:\n            flavor: SCS-2T-8_z4\n            image: debian-13-snp\n            disk: 5 GiB\n            deletion: allowed\n          imaging:";
      try {
        await withEdit(
          "digimed",
          (text) => text.replace("        machines:\n          imaging:", second),
          async () => {
            expect(await up("digimed", 1)).toContain("No valid host was found");
            expect(await up("digimed", 1)).toContain("No valid host was found");
            for (const id of made) await operator.request("compute", "DELETE", `/servers/${id}`, { expect: [404] });
            for (const id of made)
              while ((await operator.find("compute", `/servers/${id}`)) !== undefined)
                await new Promise((resolve) => setTimeout(resolve, 300));
            await up("digimed");
            const servers = await world.zone.areas["heart"]!.paginate<{ name: string; status: string }>(
              "compute",
              "/servers/detail",
              "servers",
            );
            expect(servers.find(({ name }) => name === "digimed-heart-spare")?.status).toBe("ACTIVE");
          },
        );
      } finally {
        for (const id of made) await operator.request("compute", "DELETE", `/servers/${id}`, { expect: [404] });
        await operator.request("compute", "DELETE", `/os-quota-sets/${projectId}`);
      }
      await up("digimed");
      await refreshCheck("digimed");
    });
  });

  describe("config errors reach the user through `pulumi up`", () => {
    it("as lines with their place in the file, before anything is made", async () => {
      await withEdit(
        "digimed",
        (text) => text.replace("flavor: SCS-4T-16_z4", "flavor: SCS-2V-8").replace("uni-north: read", "uni-nort: read"),
        async () => {
          const words = await up("digimed", 1);
          expect(words).toMatch(/Pulumi\.digimed\.yaml:\d+:\d+: zone\.areas\.commons\.machines\.analysis\.flavor/);
          expect(words).toContain("uni-nort");
          expect(words).not.toContain("    at ");
        },
      );
    });
  });

  describe("secrets", () => {
    it("DIGIMED-6: none stands in a state, its history, a backup or a verbose log", async () => {
      const log = await run(0, "digimed", "refresh", "--yes", "--skip-preview", "--logtostderr", "-v=9");
      const secrets = await collectSecrets();
      expect(secrets.length).toBeGreaterThan(5);
      const { stdout: files } = await execa("find", [SITES, "-path", "*/state/*", "-type", "f"]);
      const texts = await Promise.all(
        files.split("\n").map(async (file) => [file, await readFile(file, "latin1")] as const),
      );
      expect(texts.length).toBeGreaterThan(10);
      const found = secrets.flatMap(({ what, forms }) =>
        [...texts, ["the verbose log", log] as const]
          .filter(([, text]) => forms.some((form) => text.includes(form)))
          .map(([file]) => `${what} in ${file}`),
      );
      expect(found).toEqual([]);
      // The same search finds what does stand there: the control.
      const name = encodings(Buffer.from("digimed-heart-imaging"));
      expect(texts.some(([, text]) => name.some((form) => text.includes(form)))).toBe(true);
    });
  });

  describe("C4H-1: destroy", () => {
    it("refuses to delete data without the explicit word, and names what is protected", async () => {
      const words = await run(1, "mini", "destroy", "--yes", "--skip-preview");
      expect(words).toContain("protect");
      expect(words).toContain("mini-work-box-root");
    });

    it("leaves nothing of zone and tenant in any service, and `up` works again", async () => {
      await up("mini"); // what the refused destroy may have begun
      await withEdit(
        "mini",
        (text) => text.replace("    name: mini\n", "    name: mini\n    deletion: allowed\n"),
        async () => {
          const projects = Object.values(world.other.projects);
          const session = Object.values(world.other.areas)[0]!;
          await up("mini");
          await run(0, "mini", "destroy", "--yes", "--skip-preview");
          const secrets = await session.request<{ total: number }>("key-manager", "GET", "/secrets");
          expect(secrets.body.total).toBe(0);
          expect(await run(1, "mini-tenant", "destroy", "--yes", "--skip-preview")).toContain("protect");
          await withEdit(
            "mini-tenant",
            (text) => text.replace("    zone: mini\n", "    zone: mini\n    deletion: allowed\n"),
            async () => {
              await up("mini-tenant");
              await run(0, "mini-tenant", "destroy", "--yes", "--skip-preview");
            },
          );
          expect(await leftOf(projects)).toEqual([]);
        },
      );
      await rebuildZone("mini");
      await refreshCheck("mini");
      await refreshCheck("mini-tenant");
    });
  });
});

const hexOf = (byte: string): string => byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");

/** A secret in the forms in which it could stand in a file. */
function encodings(value: Buffer): string[] {
  const text = value.toString("latin1");
  return [
    text,
    value.toString("base64").replace(/=+$/, ""),
    value.toString("base64url"),
    value.toString("hex"),
    Array.from(text, (byte) => (/[\w.!~*'()-]/.test(byte) ? byte : `%${hexOf(byte)}`)).join(""),
  ];
}

/** Every secret that the two halves and the cloud know: passwords, and keys read back from Barbican. */
async function collectSecrets(): Promise<{ readonly what: string; readonly forms: readonly string[] }[]> {
  const found: { what: string; forms: string[] }[] = [];
  const add = (what: string, value: Buffer): void => void found.push({ what, forms: encodings(value) });
  for (const site of Object.values(sites)) {
    const clouds = await readFile(join(site.directory, "clouds.yaml"), "utf8");
    for (const [index, match] of [...clouds.matchAll(/password: "?([^"\n]+)"?/g)].entries())
      add(`password ${index} of ${site.directory}`, Buffer.from(match[1]!));
  }
  const { stdout } = await execa("find", [SITES, "-maxdepth", "2", "-name", "passphrase.*"]);
  for (const file of stdout.split("\n")) add(file, Buffer.from((await readFile(file, "utf8")).trim()));
  const output = await run(0, "digimed-tenant", "stack", "output", "--show-secrets", "pipelineOneTimePassword");
  add("the one-time password", Buffer.from(output.trim()));
  for (const [area, session] of Object.entries(world.zone.areas)) {
    const { body } = await session.request<{ secrets: { secret_ref: string }[] }>("key-manager", "GET", "/secrets", {
      query: { limit: 100 },
    });
    for (const { secret_ref } of body.secrets) {
      // Not by the session, which reads text: a key is bytes, and as text it would be another key that stands nowhere.
      const { value: token } = await session.token();
      const headers = { "X-Auth-Token": token, Accept: "application/octet-stream" };
      const payload = await fetch(`${secret_ref}/payload`, { headers });
      expect(payload.status).toBe(200);
      const key = Buffer.from(await payload.arrayBuffer());
      expect(key.length).toBeGreaterThanOrEqual(16);
      add(`key ${secret_ref.split("/").at(-1)} of ${area}`, key);
    }
  }
  return found;
}

/** What any service still keeps of these projects, leftovers that OpenStack itself does not remove included. */
async function leftOf(projects: readonly string[]): Promise<string[]> {
  const { operator } = world;
  const left: string[] = [];
  const ours = (id: string | undefined): boolean => id !== undefined && projects.includes(id);
  const check = async (
    what: string,
    service: Parameters<typeof attempt>[1],
    path: string,
    key: string,
    owner: string,
    query: Record<string, string | number> = {},
  ): Promise<void> => {
    const objects = await operator.paginate<Record<string, string>>(service, path, key, { query });
    left.push(
      ...objects.filter((object) => ours(object[owner])).map((object) => `${what} ${object["name"] ?? object["id"]}`),
    );
  };
  await check("project", "identity", "/projects", "projects", "id");
  await check("machine", "compute", "/servers/detail", "servers", "tenant_id", { all_tenants: 1 });
  await check("volume", "block-storage", "/volumes/detail", "volumes", "os-vol-tenant-attr:tenant_id", {
    all_tenants: 1,
  });
  await check("share", "shared-file-system", "/shares/detail", "shares", "project_id", { all_tenants: 1 });
  for (const [what, path] of [
    ["network", "networks"],
    ["subnet", "subnets"],
    ["port", "ports"],
    ["security group", "security-groups"],
    ["router", "routers"],
  ] as const)
    await check(what, "network", `/${path}`, path.replace("-", "_"), "project_id");
  await check("RBAC policy", "network", "/rbac-policies", "rbac_policies", "target_tenant");
  await check("default volume type", "block-storage", "/default-types", "default_types", "project_id");
  for (const flavor of await operator.paginate<Named>("compute", "/flavors/detail", "flavors", {
    query: { is_public: "None" },
  })) {
    const access = await operator.find<{ flavor_access: { tenant_id: string }[] }>(
      "compute",
      `/flavors/${flavor.id}/os-flavor-access`,
    );
    left.push(
      ...(access?.flavor_access ?? [])
        .filter(({ tenant_id }) => ours(tenant_id))
        .map(() => `access to flavor ${flavor.name}`),
    );
  }
  for (const type of await operator.paginate<Named>("block-storage", "/types", "volume_types", {
    query: { is_public: "None" },
  })) {
    const access = await operator.find<{ volume_type_access: { project_id: string }[] }>(
      "block-storage",
      `/types/${type.id}/os-volume-type-access`,
    );
    left.push(
      ...(access?.volume_type_access ?? [])
        .filter(({ project_id }) => ours(project_id))
        .map(() => `access to volume type ${type.name}`),
    );
  }
  for (const project of projects) {
    const keys = await operator.request("key-manager", "GET", `/project-quotas/${project}`, { expect: [404] });
    if (keys.status !== 404) left.push(`key quota of ${project}`);
  }
  left.push(...(await quotasLeft(projects)));
  const domains = await operator.paginate<Named>("identity", "/domains", "domains");
  left.push(...domains.filter(({ name }) => name === "mini").map(({ name }) => `domain ${name}`));
  return left;
}

/** Where each service keeps limits; no API shows those of a project that is gone. A soft-deleted row counts for nothing. */
const QUOTA_TABLES = [
  ["nova_api.quotas", "true"],
  ["neutron.quotas", "true"],
  ["cinder.quotas", "not deleted"],
  ["manila.quotas", "deleted = 0"],
] as const;

/** Limits that a service still keeps of projects, from the cloud's own database. */
async function quotasLeft(projects: readonly string[]): Promise<string[]> {
  const socket = join(world.settings.dirs.run, "mysql.sock");
  const left: string[] = [];
  for (const [table, live] of QUOTA_TABLES) {
    const count = async (where: string): Promise<number> => {
      const sql = `select count(*) from ${table} where ${live} and ${where}`;
      const { stdout } = await execa("mariadb", [
        `--socket=${socket}`,
        "--user=root",
        "--batch",
        "--skip-column-names",
        "--execute",
        sql,
      ]);
      return Number(stdout);
    };
    const ids = projects.map((id) => `'${id}'`).join(", ");
    // The control: limits of the zone that stands are found by the same question.
    expect(await count(`project_id = '${world.zone.projects["digimed-heart"]}'`), table).toBeGreaterThan(0);
    const rows = await count(`project_id in (${ids})`);
    if (rows > 0) left.push(`${rows} rows in ${table}`);
  }
  return left;
}
