import { createHmac, randomBytes } from "node:crypto";
import type { Session } from "../../../openstack/index.ts";
import type { Attempt } from "../../../scripts/attacks/types.ts";
import type { Action, Cell, Try } from "./action.ts";

/** What doors of an area open, made for the matrix alone: each container opened to exactly one identity. */
export interface Doors {
  /** Address of the area's account, and its path. */
  readonly base: string;
  readonly root: string;
  readonly ingest: string;
  readonly run: string;
  readonly results: string;
  /** Signs addresses of the container `ingest`. */
  readonly key: string;
}

interface Objects {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function objects(url: string, method: string, { token, headers, body }: Objects): Promise<Attempt> {
  const answer = await fetch(url, {
    method,
    headers: { ...(token !== undefined && { "X-Auth-Token": token }), ...headers },
    ...(body !== undefined && { body }),
  });
  await answer.arrayBuffer();
  return { status: answer.status };
}

/** Containers as doors make them, with one object in that of the run. */
export async function makeDoors(
  area: Session,
  name: string,
  crawler: string,
  later: (undo: () => Promise<unknown>) => void,
): Promise<Doors> {
  const { value: token, projectId = "", catalog } = await area.token();
  const base = catalog
    .find(({ type }) => type === "object-store")
    ?.endpoints.find((one) => one.interface === "public")?.url;
  if (base === undefined) throw new Error("the cloud has no object storage");
  const key = randomBytes(32).toString("hex");
  const doors: Doors = {
    ...{ base, root: new URL(base).pathname, key },
    ...{ ingest: `${name}-ingest`, run: `${name}-run`, results: `${name}-results` },
  };
  const list = `${projectId}:${crawler}`;
  const containers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    [doors.ingest]: { "X-Container-Meta-Temp-Url-Key": key },
    [doors.run]: { "X-Container-Read": list },
    [doors.results]: { "X-Container-Write": list },
  };
  for (const [container, headers] of Object.entries(containers)) {
    const { status } = await objects(`${base}/${container}`, "PUT", { token, headers });
    if (status >= 300) throw new Error(`Swift answered ${status} to a new container`);
    later(async () => {
      await objects(`${base}/${container}/object`, "DELETE", { token });
      await objects(`${base}/${container}`, "DELETE", { token });
    });
  }
  for (const container of Object.keys(containers))
    await objects(`${base}/${container}/object`, "PUT", { token, body: "of the matrix" });
  return doors;
}

interface At {
  readonly container: "ingest" | "run" | "results";
  readonly object?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly undo?: (cell: Cell) => Promise<unknown>;
}

/** A call at a door: with the own token, or by whoever has none with an address signed for putting there. */
const at =
  (method: string, { container, object = true, headers, undo }: At): Try =>
  async ({ scene, me, name }) => {
    const { base, root, key, ...names } = scene.doors;
    const path = `/${names[container]}${object ? `/${method === "PUT" ? name : "object"}` : ""}`;
    const expires = Math.floor(Date.now() / 1000) + 600;
    const signature = createHmac("sha256", key).update(`PUT\n${expires}\n${root}${path}`).digest("hex");
    const signed = `?temp_url_sig=${signature}&temp_url_expires=${expires}`;
    const token = me.isAnonymous ? undefined : (await me.on("object-store").token()).value;
    const answer = await objects(`${base}${path}${me.isAnonymous ? signed : ""}`, method, {
      ...(token !== undefined && { token }),
      ...(headers && { headers }),
      ...(method === "PUT" && { body: "of the matrix" }),
    });
    if (answer.status >= 300) return answer;
    await undo?.({ scene, me, name });
    if (method !== "PUT") return answer;
    const own = (await scene.identities.pipeline.on("object-store").token()).value;
    await objects(`${base}${path}`, "DELETE", { token: own });
    return answer;
  };

const CLOSED = {
  service: "object-store",
  else: "neither a member of the area nor named in the container's access list",
  but: {
    operator: "has no role in a zone until he grants himself one, which is drift",
    auditor: "has no role on the area's project",
    "person ro": "a reader sees what was released, and no other container",
  },
} as const;
const PIPELINE = { pipeline: "member of the area" } as const;

export const DOOR_ACTIONS: readonly Action[] = [
  {
    ...CLOSED,
    id: "put-ingest",
    title: "put an object through an ingest door",
    try: at("PUT", { container: "ingest" }),
    may: { ...PIPELINE, ingest: "its address is signed for that" },
  },
  {
    ...CLOSED,
    id: "get-ingest",
    title: "get an object that came in",
    try: at("GET", { container: "ingest" }),
    may: PIPELINE,
    but: { ...CLOSED.but, ingest: "its address is signed for putting alone" },
  },
  {
    ...CLOSED,
    id: "list-ingest",
    title: "list what came in",
    try: at("GET", { container: "ingest", object: false }),
    may: PIPELINE,
    but: { ...CLOSED.but, ingest: "its address is signed for putting alone" },
  },
  {
    ...CLOSED,
    id: "get-run",
    title: "get what a run wrote",
    try: at("GET", { container: "run" }),
    may: { ...PIPELINE, crawler: "named in the access list, and its access rules cover it" },
  },
  {
    ...CLOSED,
    id: "put-result",
    title: "put a result",
    try: at("PUT", { container: "results" }),
    may: { ...PIPELINE, crawler: "named in the access list, and its access rules cover it" },
  },
  {
    ...CLOSED,
    id: "get-result",
    title: "get a result that was not released",
    try: at("GET", { container: "results" }),
    may: PIPELINE,
    but: { ...CLOSED.but, crawler: "writes there, and reads nothing" },
  },
  {
    ...CLOSED,
    id: "open-container",
    title: "open a container of a door to everybody",
    try: at("POST", {
      container: "ingest",
      object: false,
      headers: { "X-Container-Read": ".r:*" },
      undo: async ({ scene, me }) =>
        objects(`${scene.doors.base}/${scene.doors.ingest}`, "POST", {
          token: (await me.on("object-store").token()).value,
          headers: { "X-Remove-Container-Read": "x" },
        }),
    }),
    may: PIPELINE,
  },
];
