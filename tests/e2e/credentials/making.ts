import type { Service, Session } from "../../../openstack/index.ts";
import { until } from "../../../scripts/proof/wait.ts";
import type { Named } from "../../../scripts/proof/world.ts";

const READY_MS = 90_000;

/** Waits until a volume or a machine is ready. */
async function ready(session: Session, service: Service, path: string, one: string, status: string): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const now = (await session.request<Record<string, { status: string }>>(service, "GET", path)).body[one]?.status;
    if (/error/i.test(now ?? "")) throw new Error(`${path} came to ${now}`);
    return now === status ? true : undefined;
  };
  await until(look, `${path} to be ${status}`, READY_MS);
}

export type Later = (undo: () => Promise<unknown>) => void;

export async function makeVolume(
  session: Session,
  name: string,
  later: Later,
  volume_type = "encrypted-hdd",
): Promise<string> {
  const volume = { name, size: 1, volume_type };
  const { body } = await session.request<{ volume: Named }>("block-storage", "POST", "/volumes", { body: { volume } });
  const path = `/volumes/${body.volume.id}`;
  later(() => session.request("block-storage", "DELETE", path, { expect: [404] }));
  await ready(session, "block-storage", path, "volume", "available");
  return body.volume.id;
}

/** A machine of the area without a network; its disk goes with it. */
export async function makeMachine(session: Session, name: string, flavorRef: string, image: string, later: Later) {
  const disk = {
    boot_index: 0,
    uuid: image,
    source_type: "image",
    destination_type: "volume",
    volume_size: 5,
    delete_on_termination: true,
  };
  const server = { name, flavorRef, networks: "none", block_device_mapping_v2: [disk] };
  const { body } = await session.request<{ server: Named }>("compute", "POST", "/servers", { body: { server } });
  const path = `/servers/${body.server.id}`;
  later(async () => {
    await session.request("compute", "DELETE", path, { expect: [404] });
    const gone = async () => ((await session.find("compute", path)) === undefined ? true : undefined);
    await until(gone, `${path} to go`, READY_MS);
  });
  await ready(session, "compute", path, "server", "ACTIVE");
  return body.server.id;
}

/** Removes a snapshot of a volume, once it is at rest. */
export async function removeSnapshot(session: Session, id: string): Promise<void> {
  const path = `/snapshots/${id}`;
  const status = async (): Promise<string | undefined> =>
    (await session.find<{ snapshot: { status: string } }>("block-storage", path))?.snapshot.status;
  await until(async () => ((await status()) === "creating" ? undefined : true), "the snapshot to be made", READY_MS);
  await session.request("block-storage", "DELETE", path);
  await until(async () => ((await status()) === undefined ? true : undefined), "the snapshot to go", READY_MS);
}

export async function makeSecret(session: Session, name: string, later: Later): Promise<string> {
  const body = { name, payload: "of the matrix", payload_content_type: "text/plain" };
  const made = await session.request<{ secret_ref: string }>("key-manager", "POST", "/secrets", { body });
  const id = made.body.secret_ref.split("/").at(-1) ?? "";
  later(() => session.request("key-manager", "DELETE", `/secrets/${id}`, { expect: [404] }));
  return id;
}
