import type { Service, Session } from "../../openstack/index.ts";
import { placeKey } from "../../plan/names.ts";
import { devcloudPolicy } from "../devcloud/index.ts";
import { attempt, takeAway } from "./attempt.ts";
import { platformImage } from "./images.ts";
import { Prover, type Outcome, type Proof } from "./proof.ts";
import { flavorId, PLAIN_FLAVOR, Scratch } from "./scratch.ts";
import { until } from "./wait.ts";
import type { Named, World } from "./world.ts";

const READY_MS = 90_000;
/** The operator's own volumes and machines are in the clear: what is made of them holds nothing. */
const PLAIN_TYPE = "__DEFAULT__";
const PLAIN_IMAGE = "debian-13";

interface Call {
  readonly service: Service;
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body: object;
}

/**
 * A call that the shipped policy must refuse. Only 403 refuses the right: what is not there, or over quota, is behind the policy.
 * @param undo takes back what worked, from the answer's body
 */
async function tried(
  session: Session,
  { service, method, path, body }: Call,
  undo?: (body: unknown) => Promise<void>,
): Promise<Outcome> {
  const outcome = await attempt(session, service, method, path, body);
  if (outcome.ok) await undo?.(outcome.body);
  else if (!outcome.says.startsWith("403")) throw new Error(`refused, but by no policy: ${outcome.says}`);
  return { ok: outcome.ok, says: outcome.says };
}

const idOf = (body: unknown, key: string): string => {
  const id = (body as Record<string, { id?: string } | undefined>)[key]?.id;
  if (id === undefined) throw new Error(`the answer holds no ${key}`);
  return id;
};

/** Makes a volume of one GiB for the time of `work`; it is available then. */
async function withVolume<T>(
  session: Session,
  volumeType: string | undefined,
  work: (id: string) => Promise<T>,
): Promise<T> {
  const volume = { name: "proof-handing-out", size: 1, ...(volumeType && { volume_type: volumeType }) };
  const made = await attempt(session, "block-storage", "POST", "/volumes", { volume });
  if (!made.ok) throw new Error(`no volume was made: ${made.says}`);
  const path = `/volumes/${idOf(made.body, "volume")}`;
  const available = async () => {
    const { status } = (await session.request<{ volume: { status: string } }>("block-storage", "GET", path)).body
      .volume;
    if (status.startsWith("error")) throw new Error(`the volume came to ${status}`);
    return status === "available" ? true : undefined;
  };
  const ready = () => until(available, `${path} to be available`, READY_MS);
  try {
    await ready();
    return await work(idOf(made.body, "volume"));
  } finally {
    await ready();
    await takeAway(session, "block-storage", path);
    const gone = async () => ((await session.find("block-storage", path)) === undefined ? true : undefined);
    await until(gone, `${path} to go`, READY_MS);
  }
}

/** A bench's member keeps a volume, and the operator alone gives one away or makes an image of it. */
async function proveVolumes(prover: Prover, { operator }: World, member: Session): Promise<void> {
  const give = (id: string): Call => ({
    service: "block-storage",
    method: "POST",
    path: "/volume-transfers",
    body: { transfer: { volume_id: id, name: "proof" } },
  });
  const image = (id: string, format: string): Call => ({
    service: "block-storage",
    method: "POST",
    path: `/volumes/${id}/action`,
    body: { "os-volume_upload_image": { image_name: "proof", disk_format: format } },
  });
  const withdraw = async (body: unknown) =>
    takeAway(operator, "block-storage", `/volume-transfers/${idOf(body, "transfer")}`);
  const removeImage = async (body: unknown) => {
    const id = (body as { "os-volume_upload_image": { image_id: string } })["os-volume_upload_image"].image_id;
    const look = async () =>
      ["active", "killed"].includes((await operator.find<{ status: string }>("image", `/images/${id}`))?.status ?? "")
        ? true
        : undefined;
    await until(look, `image ${id} to be uploaded`, READY_MS);
    await takeAway(operator, "image", `/images/${id}`);
  };
  await prover.show(
    "a bench's member takes no volume of another project over, where it makes and removes one of its own",
    () =>
      withVolume(operator, PLAIN_TYPE, async (id) => {
        const { path, body } = give(id);
        const offered = await attempt(operator, "block-storage", "POST", path, body);
        const { auth_key } = (offered.body as { transfer: { auth_key: string } }).transfer;
        const transfer = `${path}/${idOf(offered.body, "transfer")}`;
        const accept = { method: "POST", path: `${transfer}/accept`, body: { accept: { auth_key } } } as const;
        try {
          return await tried(member, { service: "block-storage", ...accept });
        } finally {
          await takeAway(operator, "block-storage", transfer);
        }
      }),
    () => withVolume(member, undefined, async () => ({ ok: true, says: "made and removed" })),
  );
  const onOperators = (work: (id: string) => Promise<Outcome>) => () => withVolume(operator, PLAIN_TYPE, work);
  await withVolume(member, undefined, async (own) => {
    await prover.show(
      "a bench's member cannot give its volume to another project; the operator can give one",
      () => tried(member, give(own)),
      onOperators((id) => tried(operator, give(id), withdraw)),
    );
    await prover.show(
      "nor make an image of it, which could be downloaded or shared",
      () => tried(member, image(own, "raw")),
      onOperators((id) => tried(operator, image(id, "qcow2"), removeImage)),
    );
  });
}

const newImage = (more: object = {}): Call => ({
  service: "image",
  method: "POST",
  path: "/images",
  body: { name: "proof-handing-out", ...more },
});

/** Makes an image record without content; removed again where that worked. */
const makeImage = (session: Session, operator: Session) => (): Promise<Outcome> =>
  tried(session, newImage(), (body) => takeAway(operator, "image", `/images/${(body as Named).id}`));

async function proveImages(prover: Prover, world: World, member: Session): Promise<void> {
  const { operator, other } = world;
  await prover.show(
    "a bench's member cannot make an image of anything",
    makeImage(member, operator),
    makeImage(operator, operator),
  );
  const { projectId: owner } = await member.token();
  const [stranger] = Object.values(other.projects);
  // Even an image that the bench owns already, as one from before the policy would be.
  const { id } = (await operator.request<Named>("image", "POST", "/images", { body: newImage({ owner }).body })).body;
  const members = `/images/${id}/members`;
  const share: Call = { service: "image", method: "POST", path: members, body: { member: stranger } };
  try {
    await prover.show(
      "nor share an image of the bench with another zone",
      () => tried(member, share),
      () => tried(operator, share, () => takeAway(operator, "image", `${members}/${stranger}`)),
    );
  } finally {
    await takeAway(operator, "image", `/images/${id}`);
  }
}

/** The pipeline has a member's rights in its areas, where the machines and shares are. */
async function proveMachinesAndShares(prover: Prover, { operator, zone }: World): Promise<void> {
  const area = zone.areas["commons"]!;
  const [server] = await area.paginate<Named>("compute", "/servers", "servers");
  const [share] = await area.paginate<Named>("shared-file-system", "/shares", "shares");
  if (server === undefined || share === undefined) throw new Error("the area commons lacks a machine or a share");
  const createImage = { name: "proof-handing-out" };
  const snapshot = (id: string): Call => ({
    service: "compute",
    method: "POST",
    path: `/servers/${id}/action`,
    body: { createImage },
  });
  const scratch = new Scratch(operator);
  try {
    await scratch.open();
    const plain = await flavorId(operator, PLAIN_FLAVOR, true);
    const { id: image } = await platformImage(operator, operator, PLAIN_IMAGE);
    await prover.show(
      `the zone's pipeline cannot make an image of the machine ${server.name}; the operator can of one of its own`,
      () => tried(area, snapshot(server.id)),
      async () =>
        tried(operator, snapshot((await scratch.boot(plain, image)).id), (body) =>
          takeAway(operator, "image", `/images/${(body as { image_id: string }).image_id}`),
        ),
    );
  } finally {
    await scratch.clear();
  }
  const body = { transfer: { share_id: share.id, name: "proof" } };
  const give: Call = { service: "shared-file-system", method: "POST", path: "/share-transfers", body };
  await prover.show(
    `the zone's pipeline cannot give the share ${share.name} to another project; the operator could`,
    () => tried(area, give),
    () =>
      tried(operator, give, (made) =>
        takeAway(operator, "shared-file-system", `/share-transfers/${idOf(made, "transfer")}`),
      ),
  );
}

/** What the shipped policy is worth: without it the same calls go through. It is put back whatever happens. */
async function proveWorth(prover: Prover, world: World, member: Session): Promise<void> {
  const { operator, other, settings, zone } = world;
  const area = zone.areas["commons"]!;
  const withPolicy = (on: boolean, work: () => Promise<Outcome>) => () => {
    devcloudPolicy({ home: settings.home }, "handing-out", on);
    return work();
  };
  const { userId } = await other.domain.token();
  const made = await area.request<{ secret_ref: string }>("key-manager", "POST", "/secrets", {
    body: { name: "proof-handing-out" },
  });
  const secret = `/secrets/${made.body.secret_ref.split("/").at(-1)}`;
  const acl = `${secret}/acl`;
  const open = (users: readonly (string | undefined)[]) => (): Promise<Outcome> =>
    tried(area, { service: "key-manager", method: "PUT", path: acl, body: { read: { users } } }, () =>
      takeAway(area, "key-manager", acl),
    );
  try {
    await prover.show(
      "the zone's pipeline cannot open a key to another zone; with the shipped policy removed it could",
      withPolicy(true, open([userId])),
      withPolicy(false, open([])),
      ["DIGIMED-6", "C4H-1"],
    );
    await prover.show(
      "with the shipped policy removed a bench's member could make images: the policy is what closes it",
      withPolicy(true, makeImage(member, operator)),
      withPolicy(false, makeImage(member, operator)),
    );
  } finally {
    devcloudPolicy({ home: settings.home }, "handing-out", true);
    await takeAway(area, "key-manager", secret);
  }
}

/** Nobody in a zone hands its data to another project or out of the cloud by OpenStack's own ways of doing so. */
export async function proveHandingOut(world: World): Promise<readonly Proof[]> {
  const prover = new Prover("handing-out", ["DIGIMED-9", "C4H-1"]);
  const member = await world.person("heart-centre", placeKey("commons", "heart-centre"));
  await proveVolumes(prover, world, member);
  await proveImages(prover, world, member);
  await proveMachinesAndShares(prover, world);
  await proveWorth(prover, world, member);
  return prover.proofs;
}
