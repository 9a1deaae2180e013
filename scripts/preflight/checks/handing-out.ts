import { randomBytes, randomUUID } from "node:crypto";
import { factsOf, compareVersions, type Service } from "../../../openstack/services.ts";
import type { Session } from "../../../openstack/session.ts";
import { withProbeCredential } from "../probe-credential.ts";
import { failed, notChecked, ok, projectEntry, type Check } from "../types.ts";

/** One way out of a project, as it follows "a member may", and what a try of it came to. */
interface Door {
  readonly door: string;
  readonly state: "closed" | "open" | "untried";
  /** Why it was not tried. */
  readonly because?: string;
  /** What a try left behind and could not take away. */
  readonly left?: string;
}

interface HandingOutFacts {
  readonly doors: readonly Door[];
}

const probe = (): string => `tresor-preflight-${randomBytes(6).toString("hex")}`;
const untried = (door: string, because: string): Door => ({ door, state: "untried", because });

interface Try {
  readonly path: string;
  readonly body: object;
  /** Statuses of what comes behind the policy: an object that is not there, a form that is refused. Harmless for that alone. */
  readonly behind?: readonly number[];
}

/** Tries a call that the policy must refuse; the services look at the policy before they look at what `behind` stands for. */
async function tryDoor(session: Session, service: Service, door: string, attempt: Try, method = "POST"): Promise<Door> {
  const { path, body, behind = [] } = attempt;
  const { status } = await session.request(service, method, path, {
    body,
    expect: [403, ...behind],
    what: `try whether a member may ${door}`,
  });
  return { door, state: status === 403 ? "closed" : "open" };
}

/** Removes what a probe made; what cannot be removed is told. */
async function remove(session: Session, service: Service, path: string, door: Door, name: string): Promise<Door> {
  const what = `remove the probe ${name}`;
  const { status } = await session.request(service, "DELETE", path, { expect: [403, 404, 409], what });
  return status === 403 || status === 409 ? { ...door, left: name } : door;
}

/** An encrypted volume is neither given away by the old call nor made an image of another format: both are refused behind the policy. */
async function volumeDoors(session: Session): Promise<readonly Door[]> {
  const accept = { path: `/os-volume-transfer/${randomUUID()}/accept`, body: { accept: { auth_key: "probe" } } };
  const taking = await tryDoor(session, "block-storage", "take a volume of another project over", {
    ...accept,
    behind: [404],
  });
  const volumes = await session.paginate<{ id: string; encrypted: boolean }>(
    "block-storage",
    "/volumes/detail",
    "volumes",
    { what: "list the area's volumes" },
  );
  const id = volumes.find(({ encrypted }) => encrypted)?.id;
  const giving = "give a volume to another project";
  const imaging = "make an image of a volume";
  const none = "the area has no encrypted volume yet";
  if (id === undefined) return [taking, untried(giving, none), untried(imaging, none)];
  const transfer = { volume_id: id, name: probe() };
  const upload = { image_name: probe(), disk_format: "qcow2" };
  return [
    taking,
    await tryDoor(session, "block-storage", giving, {
      path: "/os-volume-transfer",
      body: { transfer },
      behind: [400],
    }),
    await tryDoor(session, "block-storage", imaging, {
      path: `/volumes/${id}/action`,
      body: { "os-volume_upload_image": upload },
      behind: [400],
    }),
  ];
}

/** Images without content, made where that is possible and removed at once. Whoever can make none has none to share. */
async function imageDoors(session: Session): Promise<readonly Door[]> {
  const make = async (door: string, visibility: string, then: (id: string) => Promise<readonly Door[]>) => {
    const name = probe();
    const { status, body } = await session.request<{ id: string }>("image", "POST", "/images", {
      body: { name, visibility },
      expect: [403],
      what: `try whether a member may ${door}`,
    });
    if (status === 403) return [{ door, state: "closed" } as const];
    const more = await then(body.id);
    return [await remove(session, "image", `/images/${body.id}`, { door, state: "open" }, name), ...more];
  };
  const { projectId } = await session.token();
  const making = await make("make an image", "shared", async (id) => [
    await tryDoor(session, "image", "share an image with another project", {
      path: `/images/${id}/members`,
      body: { member: projectId },
    }),
  ]);
  if (making.every(({ state }) => state === "closed")) return making;
  return [...making, ...(await make("offer an image to everybody", "community", async () => []))];
}

/** The version of Manila since which a share can be given away. */
const SHARE_TRANSFER = "2.77";

async function shareDoors(session: Session): Promise<readonly Door[]> {
  const [giving, taking] = ["give a share to another project", "take a share of another project over"];
  const max = (await session.maxMicroversion("shared-file-system")) ?? "0.0";
  // What a release cannot do needs no policy.
  if (compareVersions(max, SHARE_TRANSFER) < 0)
    return [giving, taking].map((door): Door => ({ door, state: "closed" }));
  return [
    await tryDoor(session, "shared-file-system", giving, {
      path: "/share-transfers",
      body: { transfer: { share_id: randomUUID(), name: probe() } },
      behind: [400, 404],
    }),
    await tryDoor(session, "shared-file-system", taking, {
      path: `/share-transfers/${randomUUID()}/accept`,
      body: { accept: { auth_key: "probe" } },
      behind: [400, 404],
    }),
  ];
}

/** Nova makes no backup of a machine that boots from a volume, and says so behind the policy: the rules of both stand in one file. */
async function machineDoors(session: Session): Promise<readonly Door[]> {
  const door = "make an image of a machine";
  const servers = await session.paginate<{ id: string; image: unknown }>("compute", "/servers/detail", "servers", {
    what: "list the area's machines",
  });
  const server = servers.find(({ image }) => image === "");
  if (server === undefined) return [untried(door, "the area has no machine yet that boots from a volume")];
  const createBackup = { name: probe(), backup_type: "tresor-preflight", rotation: 0 };
  const attempt = { path: `/servers/${server.id}/action`, body: { createBackup }, behind: [400, 409] };
  return [await tryDoor(session, "compute", door, attempt)];
}

/** A secret without content, opened to nobody but those who may read it anyway. */
async function keyDoors(session: Session): Promise<readonly Door[]> {
  const door = "open a key to a user of another project";
  const name = probe();
  const { status, body } = await session.request<{ secret_ref: string }>("key-manager", "POST", "/secrets", {
    body: { name },
    expect: [403],
    what: "make a secret without content as a probe",
  });
  if (status === 403) return [untried(door, "Barbican makes no secret for the area: its quota may be used up")];
  const path = `/secrets/${body.secret_ref.split("/").at(-1)}`;
  const acl = { read: { users: [], "project-access": true } };
  const found = await tryDoor(session, "key-manager", door, { path: `${path}/acl`, body: acl }, "PUT");
  return [await remove(session, "key-manager", path, found, name)];
}

/** A zone's pipeline is the manager of study keys in their areas: there a member is tried, by a credential of its own with fewer roles. */
async function keyDoorsOfMember(session: Session): Promise<readonly Door[]> {
  if (!(await session.token()).roles.includes("manager")) return keyDoors(session);
  const what = "make an application credential of a member";
  const doors = await withProbeCredential(session, { roles: [{ name: "member" }] }, what, keyDoors);
  return doors ?? [untried("open a key to a user of another project", "Keystone lets this entry make no credential")];
}

/** @param id of the check @param file the shipped policy file that closes these doors */
function handingOut(
  id: string,
  title: string,
  service: Service,
  file: string,
  doorsOf: (session: Session) => Promise<readonly Door[]>,
): Check<HandingOutFacts> {
  return {
    id,
    title,
    requirements: ["C4H-1", "DIGIMED-9"],
    applies: {
      platform: { because: "it is tried with a zone's credential" },
      tenant: { because: "it is tried with the zone's credential: run preflight on the zone's stack" },
      zone: true,
    },
    fetch: async (context) => ({ doors: await doorsOf(await context.session(projectEntry(context))) }),
    judge: ({ doors }) => judgeDoors(doors, factsOf(service).title, file),
  };
}

function judgeDoors(doors: readonly Door[], service: string, file: string) {
  const of = (state: Door["state"]): string =>
    doors
      .filter((door) => door.state === state)
      .map(({ door, because }) => (because === undefined ? door : `${door} (${because})`))
      .join(", ");
  const left = doors.flatMap((door) => door.left ?? []);
  const rest = left.length > 0 ? `; ${left.join(", ")} is left and must be removed by hand` : "";
  if (of("open") !== "")
    return failed(
      `not enforced: in ${service} a member may ${of("open")}${rest}`,
      `ask the operator to install the first rules of policies/${file}`,
    );
  const refused = of("closed") === "" ? "" : `refused by ${service}: to ${of("closed")}`;
  if (of("untried") === "") return ok(`${refused}${rest}`);
  return notChecked(
    [refused, `not tried: to ${of("untried")}`].filter(Boolean).join("; ") + rest,
    "run it again after `pulumi up`",
  );
}

/** Nobody but the operator hands data of a project to another one: tried with a member's credential, not read from a file. */
export const HANDING_OUT: readonly Check<HandingOutFacts>[] = [
  handingOut("hand-out-volumes", "the zone cannot hand volumes out", "block-storage", "cinder.yaml", volumeDoors),
  handingOut("hand-out-images", "the zone cannot make or hand out images", "image", "glance.yaml", imageDoors),
  handingOut("hand-out-shares", "the zone cannot hand shares out", "shared-file-system", "manila.yaml", shareDoors),
  handingOut("hand-out-machines", "the zone cannot make images of machines", "compute", "nova.yaml", machineDoors),
  handingOut(
    "hand-out-keys",
    "the zone cannot open its keys to others",
    "key-manager",
    "barbican.yaml",
    keyDoorsOfMember,
  ),
];
