import { execa } from "execa";
import type { Session } from "../../openstack/index.ts";
import { placeKey, placeName } from "../../plan/names.ts";
import { Prover, type Outcome, type Proof } from "./proof.ts";
import { attempt, takeAway } from "./attempt.ts";
import { platformImage } from "./images.ts";
import { until } from "./wait.ts";
import type { Named, World } from "./world.ts";

interface Volume {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly encrypted: boolean;
  readonly encryption_key_id?: string;
}

/** Stands in every block of the image that the machines were made from. */
const MARKER = "contents of debian-13-snp";
const READY_MS = 90_000;

const ready = (session: Session, id: string): Promise<Volume> =>
  until(
    async () => {
      const { body } = await session.request<{ volume: Volume }>("block-storage", "GET", `/volumes/${id}`);
      return ["creating", "downloading"].includes(body.volume.status) ? undefined : body.volume;
    },
    `volume ${id} to be ready`,
    READY_MS,
  );

/** Whether the marker stands in the backing file of a volume, read as the storage's operator would read it. */
async function markerIn(stores: readonly string[], volume: string): Promise<Outcome> {
  const { stdout } = await execa("find", [...stores, "-name", `volume-${volume}*`, "-type", "f"]);
  const files = stdout.split("\n").filter((file) => file !== "");
  if (files.length === 0) throw new Error(`no backing file of volume ${volume}`);
  const { exitCode } = await execa("grep", ["-q", "-a", "-F", MARKER, ...files], { reject: false });
  return {
    ok: exitCode === 0,
    says: exitCode === 0 ? "marker found in the backing file" : "marker absent from the backing file",
  };
}

/** A key's bytes themselves; what the API says of the attempt, never the bytes. */
const readKey = async (session: Session, key: string): Promise<Outcome> => {
  const accept = "application/octet-stream";
  const { ok, says } = await attempt(session, "key-manager", "GET", `/secrets/${key}/payload`, undefined, { accept });
  return { ok, says };
};

/** Every volume is encrypted with a key that only its own project's pipeline reads, and nothing lands in the clear. */
export async function proveStorage(world: World): Promise<readonly Proof[]> {
  const prover = new Prover("storage", ["DIGIMED-5", "DIGIMED-9"]);
  const { zone, other, operator, settings } = world;
  const stores = Object.values(settings.volumeStores);
  const plain = await plainVolume(operator);
  const [strangerKeys, reader] = [Object.values(other.areas)[0]!, await world.person("heart-centre", "heart")];
  try {
    for (const [area, session] of Object.entries(zone.areas)) {
      const volumes = await session.paginate<Volume>("block-storage", "/volumes/detail", "volumes");
      await prover.show(
        `all ${volumes.length} volumes of ${zone.name}-${area} are encrypted, root disks included`,
        async () => ({
          ok: volumes.length === 0 || volumes.some(({ encrypted }) => !encrypted),
          says: `${volumes.filter(({ encrypted }) => !encrypted).length} in the clear`,
        }),
        async () => ({
          ok: !plain.encrypted,
          says: "the same field says false for the control, a volume of a plain type",
        }),
      );
      for (const { id, name } of volumes.filter((volume) => volume.name.endsWith("-root"))) {
        await prover.show(
          `a scan of the storage does not find the contents of ${name}`,
          () => markerIn(stores, id),
          () => markerIn(stores, plain.id),
        );
      }
      const key = (await operatorsView(operator, volumes[0]!.id)).encryption_key_id;
      if (key === undefined) throw new Error(`${volumes[0]!.name} has no key`);
      const own = (): Promise<Outcome> => readKey(session, key);
      const claim = (who: string): string => `the key of ${volumes[0]!.name} is refused to ${who}`;
      await prover.show(claim("another zone's pipeline"), () => readKey(strangerKeys, key), own, [
        "DIGIMED-6",
        "C4H-1",
      ]);
      await prover.show(claim("the operator without a role"), () => readKey(operator, key), own, ["DIGIMED-6"]);
      if (area === "heart")
        await prover.show(claim("a reader of the area"), () => readKey(reader, key), own, ["DIGIMED-12"]);
    }
    await proveClosedTypes(prover, world);
  } finally {
    await operator.request("block-storage", "DELETE", `/volumes/${plain.id}`, { expect: [404] });
  }
  return prover.proofs;
}

async function operatorsView(operator: Session, id: string): Promise<Volume> {
  const volumes = await operator.paginate<Volume>("block-storage", "/volumes/detail", "volumes", {
    query: { all_tenants: 1 },
    microversion: "3.64",
  });
  return volumes.find((volume) => volume.id === id)!;
}

/** The control of the scans: a volume in the clear, made from the same image in the operator's own project. */
async function plainVolume(operator: Session): Promise<Volume> {
  const image = await platformImage(operator, operator);
  const { body } = await operator.request<{ volume: Named }>("block-storage", "POST", "/volumes", {
    body: { volume: { name: "proof-plain", size: 5, volume_type: "__DEFAULT__", imageRef: image.id } },
    what: "make a volume of the plain type as a control",
  });
  const volume = await ready(operator, body.volume.id);
  if (volume.status !== "available") throw new Error(`the control volume is ${volume.status}`);
  return volume;
}

async function proveClosedTypes(prover: Prover, { zone }: World): Promise<void> {
  const session = zone.areas["commons"]!;
  const make = (volumeType: string) => async (): Promise<Outcome> => {
    const made = await attempt(session, "block-storage", "POST", "/volumes", {
      volume: { name: "proof", size: 1, volume_type: volumeType },
    });
    const id = (made.body as { volume?: { id: string } } | undefined)?.volume?.id;
    if (id !== undefined) {
      await ready(session, id);
      await takeAway(session, "block-storage", `/volumes/${id}`);
    }
    return { ok: made.ok, says: `${made.says} for type ${volumeType}` };
  };
  await prover.show(
    "a volume of an unencrypted type is refused by quota, even when asked for",
    make("__DEFAULT__"),
    make("encrypted-ssd"),
  );
}

/** A share is used from the networks that were granted and from no other, each with its level. */
export async function proveShares(world: World): Promise<readonly Proof[]> {
  const prover = new Prover("shares", ["DIGIMED-9", "DIGIMED-10", "DIGIMED-11"]);
  const { zone } = world;
  const session = zone.areas["commons"]!;
  const shares = await session.paginate<Named>("shared-file-system", "/shares", "shares");
  const share = shares.find(({ name }) => name === `${placeName(zone.name, "commons")}-cohort`);
  if (share === undefined) throw new Error("the share cohort is not there");
  const { body } = await session.request<{ access_list: { access_to: string; access_level: string; state: string }[] }>(
    "shared-file-system",
    "GET",
    "/share-access-rules",
    { query: { share_id: share.id } },
  );
  const level = (partner: string): string => {
    const network = zone.config.granted.networks[placeKey("commons", partner)];
    const rules = body.access_list.filter(
      ({ access_to }) => access_to === network?.ipv4 || access_to === network?.ipv6,
    );
    return rules.length === 0
      ? "none"
      : [...new Set(rules.map((rule) => `${rule.access_level} ${rule.state}`))].join(", ");
  };
  const own = async (): Promise<Outcome> => ({
    ok: level("heart-centre") === "rw active",
    says: `heart-centre: ${level("heart-centre")}`,
  });
  await prover.show(
    "uni-north, which reads, has no write access to the cohort",
    async () => ({ ok: level("uni-north") !== "ro active", says: `uni-north: ${level("uni-north")}` }),
    own,
  );
  await prover.show(
    "uni-south, which is granted nothing, has no access to the cohort",
    async () => ({ ok: level("uni-south") !== "none", says: `uni-south: ${level("uni-south")}` }),
    own,
  );
  const networks = Object.values(zone.config.granted.networks).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]);
  const foreign = body.access_list.filter(({ access_to }) => !networks.includes(access_to));
  await prover.show(
    "no address outside the zone's networks may use the cohort",
    async () => ({ ok: foreign.length > 0, says: `${foreign.length} foreign rules` }),
    async () => ({ ok: body.access_list.length > 0, says: `${body.access_list.length} rules in all` }),
  );
  return prover.proofs;
}
