import type { FakeCloud } from "./cloud.ts";
import type { FakeNova } from "./nova.ts";
import type { FakeStored } from "./stored.ts";

/** Volumes at machines, as Nova serves them between Cinder's volumes and its own machines. */
export class FakeAttachments {
  /** What the host makes of the next one. */
  outcome: "attached" | "refused" = "attached";

  constructor(cloud: FakeCloud, nova: FakeNova, volumes: FakeStored) {
    const base = "/compute/v2.1/servers/:server/os-volume_attachments";
    const attached = (server: string): { id: string }[] =>
      (nova.servers.get(server)?.["os-extended-volumes:volumes_attached"] ?? []) as { id: string }[];
    cloud.on("POST", base, ({ p: { server = "" }, body }) => {
      const id = String(body.volumeAttachment.volumeId);
      const volume = volumes.all.get(id);
      if (!nova.servers.has(server)) return [404, { itemNotFound: { message: "Instance could not be found." } }];
      if (volume?.status !== "available")
        return [400, { badRequest: { message: `Invalid volume: volume ${id} status must be available.` } }];
      if (this.outcome === "refused") volume.status = "available";
      else {
        Object.assign(volume, { status: "attaching", left: volumes.looks, attachments: [{ server_id: server }] });
        attached(server).push({ id });
      }
      return [200, { volumeAttachment: { id, serverId: server, volumeId: id } }];
    });
    cloud.on("GET", `${base}/:volume`, ({ p: { server = "", volume = "" } }) =>
      attached(server).some(({ id }) => id === volume) ? [200, { volumeAttachment: {} }] : [404, {}],
    );
    cloud.on("DELETE", `${base}/:volume`, ({ p: { server = "", volume: id = "" } }) => {
      const volume = volumes.all.get(id);
      if (!attached(server).some((one) => one.id === id) || !volume) return [404, {}];
      Object.assign(volume, { status: "detaching", left: volumes.looks, attachments: [] });
      Object.assign(nova.servers.get(server)!, {
        "os-extended-volumes:volumes_attached": attached(server).filter((one) => one.id !== id),
      });
      return [202];
    });
  }
}
