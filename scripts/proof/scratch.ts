import { randomBytes } from "node:crypto";
import type { Session } from "../../openstack/index.ts";
import { until } from "./wait.ts";
import type { Named } from "./world.ts";

/** A flavor of the platform without memory encryption, which no confidential zone is granted. */
export const PLAIN_FLAVOR = "SCS-2V-8";
const BUILD_MS = 90_000;

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly "OS-EXT-SRV-ATTR:host": string;
  readonly fault?: { readonly message: string };
}

/** @throws Error where the credential sees none of this name: a call with no id would be refused for that alone */
export async function flavorId(session: Session, name: string, all = false): Promise<string> {
  const flavors = await session.paginate<Named>("compute", "/flavors/detail", "flavors", {
    query: all ? { is_public: "None" } : {},
  });
  const found = flavors.find((flavor) => flavor.name === name);
  if (found === undefined) throw new Error(`no flavor is named ${name}`);
  return found.id;
}

/** Machines that the operator makes for the proofs alone, without network and disk, and removes again. */
export class Scratch {
  readonly #operator: Session;
  readonly #made: string[] = [];

  constructor(operator: Session) {
    this.#operator = operator;
  }

  /** The operator's own project gets room for the proofs: hosts shall refuse here, not its quota. */
  async open(): Promise<void> {
    const { projectId } = await this.#operator.token();
    const quota_set = { instances: 100, cores: 1000, ram: 4_000_000 };
    await this.#operator.request("compute", "PUT", `/os-quota-sets/${projectId}`, { body: { quota_set } });
  }

  /** Asks for a machine and waits for what comes of it. */
  async boot(flavorRef: string, imageRef: string, extra: object = {}): Promise<Server> {
    const name = `proof-${randomBytes(3).toString("hex")}`;
    const { body } = await this.#operator.request<{ server: { id: string } }>("compute", "POST", "/servers", {
      body: { server: { name, flavorRef, imageRef, networks: "none", ...extra } },
    });
    this.#made.push(body.server.id);
    const look = async (): Promise<Server | undefined> => {
      const answer = await this.#operator.request<{ server: Server }>("compute", "GET", `/servers/${body.server.id}`);
      return answer.body.server.status === "BUILD" ? undefined : answer.body.server;
    };
    return until(look, `machine ${name} to be built`, BUILD_MS);
  }

  async clear(): Promise<void> {
    const { projectId } = await this.#operator.token();
    await this.#operator.request("compute", "DELETE", `/os-quota-sets/${projectId}`);
    for (const id of this.#made) await this.#operator.request("compute", "DELETE", `/servers/${id}`, { expect: [404] });
    for (const id of this.#made.splice(0)) {
      const gone = async () =>
        (await this.#operator.find("compute", `/servers/${id}`)) === undefined ? true : undefined;
      await until(gone, `machine ${id} to go`, BUILD_MS);
    }
  }
}
