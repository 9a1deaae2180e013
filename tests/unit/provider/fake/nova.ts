import type { FakeCloud } from "./cloud.ts";

interface FakeServer {
  id: string;
  status: string;
  metadata: Record<string, string>;
  tags: string[];
  ports: string[];
  [key: string]: unknown;
}

/** Servers and flavors as Nova serves them, with a scheduler that a test can fill up. */
export class FakeNova {
  readonly servers = new Map<string, FakeServer>();
  /** How many machines still find a host. */
  slots = 9;
  /** Looks that a build takes. */
  buildLooks = 1;
  #next = 1;

  constructor(cloud: FakeCloud) {
    const base = "/compute/v2.1";
    cloud.on("GET", `${base}/flavors`, () => [200, { flavors: ["f1", "f2"].map((id) => ({ id, name: `SCS-${id}` })) }]);
    const show = (server: FakeServer): FakeServer => {
      const shown = structuredClone(server);
      this.#progress(server);
      return shown;
    };
    cloud.on("GET", `${base}/servers/:id`, ({ p: { id = "" } }) => {
      const server = this.servers.get(id);
      if (!server) return [404, { itemNotFound: { message: "Instance could not be found." } }];
      return [200, { server: show(server) }];
    });
    cloud.on("GET", `${base}/servers/detail`, () => {
      const all = [...this.servers.values()].map(show);
      return [200, { servers: all.map(({ server_groups: _, ...listed }) => listed) }];
    });
    cloud.on("GET", "/network/v2.0/ports", ({ params }) => [
      200,
      {
        ports: params.getAll("device_id").flatMap((id) => {
          const ports = this.servers.get(id)?.ports ?? [];
          return ports.map((port) => ({ id: port, device_id: id }));
        }),
      },
    ]);
    cloud.on("POST", `${base}/servers`, ({ body }) => this.#create(body));
    cloud.on("PUT", `${base}/servers/:id`, ({ p: { id = "" }, body }) => this.#change(id, body.server as object));
    cloud.on("PUT", `${base}/servers/:id/metadata`, ({ p: { id = "" }, body }) =>
      this.#change(id, { metadata: body.metadata }),
    );
    cloud.on("PUT", `${base}/servers/:id/tags`, ({ p: { id = "" }, body }) => this.#change(id, { tags: body.tags }));
    cloud.on("POST", `${base}/servers/:id/action`, ({ p: { id = "" }, body }) => {
      const status = "os-stop" in body ? "SHUTOFF" : "ACTIVE";
      return this.#change(id, { status });
    });
    cloud.on("DELETE", `${base}/servers/:id`, ({ p: { id = "" } }) => (this.servers.delete(id) ? [204] : [404, {}]));
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  #create(body: any): [number, unknown] {
    const { server } = body;
    if (!String(server.flavorRef).startsWith("f"))
      return [400, { badRequest: { message: `Flavor ${String(server.flavorRef)} could not be found.` } }];
    const id = `server-${this.#next++}`;
    const volumes = ((server.block_device_mapping_v2 ?? []) as { uuid: string }[]).map((one) => ({ id: one.uuid }));
    this.servers.set(id, {
      id,
      name: server.name,
      status: "BUILD",
      looks: this.buildLooks,
      metadata: server.metadata,
      tags: server.tags ?? [],
      ports: (server.networks as { port: string }[]).map((one) => one.port),
      flavor: { original_name: `SCS-${String(server.flavorRef)}` },
      image: server.imageRef ? { id: server.imageRef } : "",
      config_drive: server.config_drive ? "True" : "",
      server_groups: body["OS-SCH-HNT:scheduler_hints"] ? [body["OS-SCH-HNT:scheduler_hints"].group] : [],
      "OS-EXT-AZ:availability_zone": server.availability_zone ?? "nova",
      "OS-EXT-STS:task_state": null,
      "os-extended-volumes:volumes_attached": volumes,
    });
    return [202, { server: { id } }];
  }

  #progress(server: FakeServer): void {
    if (server.status !== "BUILD" || Number(server.looks) < 0) return;
    if (Number(server.looks) > 0) server.looks = Number(server.looks) - 1;
    else if (this.slots > 0) {
      this.slots--;
      server.status = "ACTIVE";
    } else Object.assign(server, { status: "ERROR", fault: { code: 500, message: "No valid host was found. " } });
  }

  #change(id: string, change: object): [number, unknown?] {
    const server = this.servers.get(id);
    if (!server) return [404, {}];
    Object.assign(server, change);
    return [200, {}];
  }
}
