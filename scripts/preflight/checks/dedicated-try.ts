import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../config/problem.ts";
import type { Session } from "../../../openstack/session.ts";

/** What became of a machine that was asked for. */
export type Tried = "built" | "refused" | { readonly unclear: string };

interface Server {
  readonly id: string;
  readonly status: string;
  readonly fault?: { readonly message: string };
}

const SECONDS = 60;

/** Asks for a machine without a network, says whether a host was found, and removes it again. */
async function tryMachine(session: Session, body: object): Promise<Tried> {
  const what = "try where machines land";
  const name = `tresor-preflight-${randomBytes(4).toString("hex")}`;
  const { status, body: made } = await session.request<{ server: Server }>("compute", "POST", "/servers", {
    body: { server: { name, networks: "none", ...body } },
    what,
    expect: [400, 403, 409],
  });
  if (status >= 400) return { unclear: `Nova answers ${status}` };
  const path = `/servers/${made.server.id}`;
  try {
    for (let second = 0; second < SECONDS; second++) {
      const server = (await session.find<{ server: Server }>("compute", path, { what }))?.server;
      if (server?.status === "ACTIVE") return "built";
      if (server?.status === "ERROR") {
        const reason = server.fault?.message ?? "without a reason";
        return /no valid host/i.test(reason) ? "refused" : { unclear: reason };
      }
      await sleep(1000);
    }
    return { unclear: `nothing came of it in ${SECONDS} s` };
  } finally {
    await session.request("compute", "DELETE", path, { what, expect: [404] });
    for (let second = 0; second < SECONDS; second++) {
      if ((await session.find("compute", path, { what })) === undefined) break;
      await sleep(1000);
    }
  }
}

/** An aggregate for the session's own project without any host, for the time of `work`: with it nothing of the project may be built. */
async function withEmptyAggregate<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const what = "try whether machines stay on their hosts";
  const { projectId = "" } = await session.token();
  const { body } = await session.request<{ aggregate: { id: number } }>("compute", "POST", "/os-aggregates", {
    body: { aggregate: { name: `tresor-preflight-${randomBytes(4).toString("hex")}` } },
    what,
  });
  const path = `/os-aggregates/${body.aggregate.id}`;
  try {
    const metadata = { [`filter_tenant_id:${projectId}`]: projectId };
    await session.request("compute", "POST", `${path}/action`, { body: { set_metadata: { metadata } }, what });
    return await work();
  } finally {
    await session.request("compute", "DELETE", path, { what, expect: [404] });
  }
}

/** What three machines came to. */
export interface EnforcementFacts {
  /** Without any restriction: the control. */
  readonly control: Tried;
  /** In a project whose aggregate has no host: `built` says that machines leave their hosts. */
  readonly elsewhere?: Tried;
  /** Sent to a dedicated host from a project that it is not for: `built` says that strangers get in. */
  readonly stranger?: Tried;
}

async function idOf(session: Session, kind: "flavor" | "image", name: string): Promise<string> {
  const found =
    kind === "flavor"
      ? await session.paginate<{ id: string; name: string }>("compute", "/flavors", "flavors", {
          query: { is_public: "None" },
        })
      : await session.paginate<{ id: string; name: string }>("image", "/images", "images", { query: { name } });
  const id = found.find((one) => one.name === name)?.id;
  if (id !== undefined) return id;
  throw new UserError({ what: `there is no ${kind} ${name} yet`, next: "run `pulumi up` of the platform first" });
}

/**
 * Tries with machines of the operator's own project whether Nova's scheduler heeds dedicated hosts; each is removed at once.
 * @param host a host that is dedicated by now, to others than the operator
 */
export async function tryEnforcement(
  session: Session,
  names: { readonly flavor: string; readonly image: string },
  host: string | undefined,
): Promise<EnforcementFacts> {
  const flavorRef = await idOf(session, "flavor", names.flavor);
  const imageRef = await idOf(session, "image", names.image);
  const machine = { flavorRef, imageRef };
  const control = await tryMachine(session, machine);
  if (control !== "built") return { control };
  const elsewhere = await withEmptyAggregate(session, () => tryMachine(session, machine));
  const stranger = host === undefined ? undefined : await tryMachine(session, { ...machine, host });
  return { control, elsewhere, ...(stranger === undefined ? {} : { stranger }) };
}
