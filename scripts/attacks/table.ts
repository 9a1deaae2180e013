import { randomBytes } from "node:crypto";
import type { Service } from "../../openstack/services.ts";
import type { Session } from "../../openstack/session.ts";
import { call } from "./call.ts";
import type { Attack, Prepared, Scene } from "./types.ts";

interface Named {
  readonly id: string;
  readonly name?: string;
}

/** An attack that reads one object of the area; its owner reads the same one. */
function reading(
  id: string,
  title: string,
  service: Service,
  list: readonly [path: string, key: string],
  what: string,
): Attack {
  return {
    id,
    title,
    requirements: ["DIGIMED-9", "DIGIMED-11"],
    foreign: true,
    refusals: [],
    async prepare({ owner, attacker, area }: Scene): Promise<Prepared | { readonly missing: string }> {
      const { projectId } = await owner.token();
      const query = service === "network" ? { project_id: projectId, name: area } : { limit: 1 };
      const found = (await owner.paginate<Named & { secret_ref?: string }>(service, list[0], list[1], { query }))[0];
      if (found === undefined) return { missing: `${area} has no ${what}` };
      const objectId = found.id ?? found.secret_ref?.split("/").at(-1) ?? "";
      const path = `${list[0]}/${objectId}`;
      return {
        target: `${what} ${found.name ?? objectId} of ${area}`,
        control: () => call(owner, service, "GET", path),
        attempt: () => call(attacker, service, "GET", path),
      };
    },
  };
}

const probe = (): string => `tresor-try-${randomBytes(4).toString("hex")}`;
const idIn = (body: unknown, key: string): string =>
  (body as Record<string, { id?: string } | undefined>)[key]?.id ?? "";

/** An attack that makes something in the attacker's own reach; undone where it worked. */
function making(
  attack: Pick<Attack, "id" | "title" | "requirements" | "refusals">,
  service: Service,
  path: string,
  key: string,
  control: string,
  body: (scene: Scene) => Promise<object | { readonly missing: string }>,
): Attack {
  return {
    ...attack,
    foreign: false,
    async prepare(scene) {
      const content = await body(scene);
      if ("missing" in content) return content as { readonly missing: string };
      const { attacker } = scene;
      return {
        target: `${attacker.entry.name}`,
        control: () => call(attacker, service, "GET", control),
        async attempt() {
          const { body: made, ...answer } = await call(attacker, service, "POST", path, { [key]: content });
          if (answer.status >= 400) return answer;
          return { ...answer, undo: () => call(attacker, service, "DELETE", `${path}/${idIn(made, key)}`) };
        },
      };
    },
  };
}

/** A network that the attacker sees, one of another project first: on a bench that is the area's, which shares it. */
async function visibleNetwork(attacker: Session, foreign = false): Promise<Named | undefined> {
  const { projectId } = await attacker.token();
  const networks = await attacker.paginate<Named & { readonly project_id?: string }>(
    "network",
    "/networks",
    "networks",
    {
      what: "list networks",
    },
  );
  const others = networks.find((network) => network.project_id !== projectId);
  return others ?? (foreign ? undefined : networks[0]);
}

const raiseQuota: Attack = {
  id: "raise-quota",
  title: "raise the own quota of cores",
  requirements: ["DIGIMED-7"],
  foreign: false,
  refusals: [],
  async prepare({ attacker }) {
    const { projectId } = await attacker.token();
    const path = `/os-quota-sets/${projectId}`;
    const before = (await call(attacker, "compute", "GET", path)).body as { quota_set?: { cores?: number } };
    const cores = before.quota_set?.cores ?? 0;
    const put = (value: number) => call(attacker, "compute", "PUT", path, { quota_set: { cores: value } });
    return {
      target: `quota of ${attacker.entry.name}, now ${cores} cores`,
      control: () => call(attacker, "compute", "GET", path),
      attempt: async () => ({ ...(await put(cores + 1)), undo: () => put(cores) }),
    };
  },
};

const openShare: Attack = {
  id: "open-share",
  title: "open a share of the area to the whole world",
  requirements: ["DIGIMED-9", "DIGIMED-10"],
  foreign: true,
  refusals: [],
  async prepare({ owner, attacker, area }) {
    const share = (await owner.paginate<Named>("shared-file-system", "/shares", "shares", { what: "list shares" }))[0];
    if (share === undefined) return { missing: `${area} has no share` };
    const path = `/shares/${share.id}`;
    return {
      target: `share ${share.name ?? share.id} of ${area}`,
      control: () => call(owner, "shared-file-system", "GET", path),
      async attempt() {
        const allow = { allow_access: { access_type: "ip", access_to: "0.0.0.0/0", access_level: "ro" } };
        const { body, ...answer } = await call(attacker, "shared-file-system", "POST", `${path}/action`, allow);
        if (answer.status >= 400) return answer;
        const deny = { deny_access: { access_id: idIn(body, "access") } };
        return { ...answer, undo: () => call(attacker, "shared-file-system", "POST", `${path}/action`, deny) };
      },
    };
  },
};

const createProject = making(
  { id: "create-project", title: "make a project", requirements: ["DIGIMED-7", "C4H-1"], refusals: [] },
  "identity",
  "/projects",
  "project",
  "/auth/projects",
  async ({ attacker }) => {
    const { domainId } = await attacker.token();
    return { name: probe(), domain_id: domainId, enabled: false };
  },
);

/** All attacks. A refusal by quota is Neutron's 409 or Cinder's 413. */
export const ATTACKS: readonly Attack[] = [
  reading("read-volume", "read a volume of the area", "block-storage", ["/volumes", "volumes"], "volume"),
  reading("read-share", "read a share of the area", "shared-file-system", ["/shares", "shares"], "share"),
  reading("read-key", "read a key of the area", "key-manager", ["/secrets", "secrets"], "key"),
  reading("read-machine", "read a machine of the area", "compute", ["/servers", "servers"], "machine"),
  reading("read-network", "see the area's network", "network", ["/networks", "networks"], "network"),
  openShare,
  createProject,
  raiseQuota,
  making(
    { id: "router", title: "make a router", requirements: ["C4H-2", "DIGIMED-11"], refusals: [409] },
    "network",
    "/routers",
    "router",
    "/routers",
    async () => ({ name: probe() }),
  ),
  making(
    { id: "floating-ip", title: "take a floating IP", requirements: ["C4H-2", "DIGIMED-11"], refusals: [409] },
    "network",
    "/floatingips",
    "floatingip",
    "/floatingips",
    async ({ attacker }) => {
      const network = await visibleNetwork(attacker);
      return network ? { floating_network_id: network.id } : { missing: `${attacker.entry.name} sees no network` };
    },
  ),
  making(
    {
      id: "share-network",
      title: "share a network with everybody",
      requirements: ["C4H-2", "DIGIMED-10"],
      refusals: [409],
    },
    "network",
    "/rbac-policies",
    "rbac_policy",
    "/rbac-policies",
    async ({ attacker }) => {
      const network = await visibleNetwork(attacker);
      if (!network) return { missing: `${attacker.entry.name} sees no network` };
      return { object_type: "network", object_id: network.id, action: "access_as_shared", target_tenant: "*" };
    },
  ),
  making(
    { id: "port-security", title: "make a port without port security", requirements: ["C4H-2"], refusals: [] },
    "network",
    "/ports",
    "port",
    "/ports",
    async ({ attacker }) => {
      // Whoever owns a network may do this on it; a bench's member stands on the area's.
      const network = await visibleNetwork(attacker, true);
      if (!network) return { missing: `${attacker.entry.name} sees no network of another project` };
      return { network_id: network.id, name: probe(), port_security_enabled: false, security_groups: [] };
    },
  ),
  making(
    {
      id: "plain-volume",
      title: "make a volume of the unencrypted type",
      requirements: ["DIGIMED-5"],
      refusals: [413],
    },
    "block-storage",
    "/volumes",
    "volume",
    "/volumes",
    async () => ({ name: probe(), size: 1, volume_type: "__DEFAULT__" }),
  ),
];
