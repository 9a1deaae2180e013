import { until } from "../../../scripts/proof/wait.ts";
import {
  AREA_MEMBERS,
  AREA_READERS,
  CLOSED_BY_POLICY,
  makes,
  OPERATOR_ONLY,
  reads,
  remove,
  sends,
  type Action,
  type Try,
} from "./action.ts";

const ADMIN = "the cloud's administrator";
const BYTES = { accept: "application/octet-stream" } as const;

const SHARE_ACTIONS: readonly Action[] = [
  {
    id: "read-share",
    title: "read a share of the area",
    service: "shared-file-system",
    try: reads("shared-file-system", ({ scene }) => `/shares/${scene.share}`),
    ...AREA_READERS,
  },
  {
    id: "open-share",
    title: "open a share of the area to the whole world",
    service: "shared-file-system",
    try: sends("shared-file-system", "POST", ({ scene }) => `/shares/${scene.share}/action`, {
      body: { allow_access: { access_type: "ip", access_to: "0.0.0.0/0", access_level: "ro" } },
      undo: async ({ scene, me }, body) => {
        const { id } = (body as { access: { id: string } }).access;
        const session = me.on("shared-file-system");
        const query = { share_id: scene.share };
        await session.request("shared-file-system", "POST", `/shares/${scene.share}/action`, {
          body: { deny_access: { access_id: id } },
        });
        const gone = async (): Promise<true | undefined> => {
          const rules = await session.paginate<{ id: string }>(
            "shared-file-system",
            "/share-access-rules",
            "access_list",
            { query },
          );
          return rules.some((rule) => rule.id === id) ? undefined : true;
        };
        await until(gone, "the access rule to go", 60_000);
      },
    }),
    ...AREA_MEMBERS,
  },
  {
    id: "share-access-list",
    title: "list who may use a share of the area",
    service: "shared-file-system",
    try: reads("shared-file-system", ({ scene }) => `/share-access-rules?share_id=${scene.share}`),
    ...AREA_READERS,
    // Manila: "share not found".
    refusals: [400],
  },
  {
    id: "share-place",
    title: "read where a share of the area is mounted from",
    service: "shared-file-system",
    try: reads("shared-file-system", ({ scene }) => `/shares/${scene.share}/export_locations`),
    ...AREA_READERS,
    may: { ...AREA_READERS.may, auditor: "who reads a share reads its places; no access rule is his" },
  },
  {
    id: "transfer-share",
    title: "give a share of the area to another project",
    service: "shared-file-system",
    try: sends("shared-file-system", "POST", "/share-transfers", {
      body: ({ scene, name }) => ({ transfer: { share_id: scene.share, name } }),
      undo: (cell, body) =>
        remove(cell, "shared-file-system", `/share-transfers/${(body as { transfer: { id: string } }).transfer.id}`),
    }),
    ...CLOSED_BY_POLICY,
  },
  {
    id: "share-type",
    title: "make a share type",
    service: "shared-file-system",
    try: makes("shared-file-system", "/types", "share_type", () => ({
      extra_specs: { driver_handles_share_servers: "false" },
      "share_type_access:is_public": false,
    })),
    ...OPERATOR_ONLY,
  },
  {
    id: "quota-shares",
    title: "raise the area's quota of shares",
    service: "shared-file-system",
    try: sends("shared-file-system", "PUT", ({ scene }) => `/quota-sets/${scene.area}`, {
      body: { quota_set: { shares: 2 } },
    }),
    ...OPERATOR_ONLY,
  },
];

const deletesSecret = (id: string): Try => sends("key-manager", "DELETE", `/secrets/${id}`);

const KEY_ACTIONS: readonly Action[] = [
  {
    id: "read-key",
    title: "read the key of a volume of the area",
    service: "key-manager",
    try: reads("key-manager", ({ scene }) => `/secrets/${scene.key}/payload`, BYTES),
    may: { pipeline: "member of the area: Nova opens the volume in its name" },
    else: "no member of the area's project",
    but: {
      operator: "has no role in a zone until he grants himself one, which is drift",
      "person ro": "a reader opens no key",
    },
  },
  {
    id: "list-keys",
    title: "see a secret of the area, without its content",
    service: "key-manager",
    try: reads("key-manager", ({ scene }) => `/secrets/${scene.secret}`),
    may: { operator: ADMIN, pipeline: "member of the area" },
    else: "no member of the area's project",
  },
  {
    id: "make-secret",
    title: "keep a secret in its own project",
    service: "key-manager",
    try: sends("key-manager", "POST", "/secrets", {
      body: ({ name }) => ({ name }),
      undo: (cell, body) =>
        remove(cell, "key-manager", `/secrets/${(body as { secret_ref: string }).secret_ref.split("/").at(-1)}`),
    }),
    may: { operator: ADMIN, pipeline: "member", "person rw": "member", stranger: "member" },
    else: "no member",
  },
  {
    id: "key-acl",
    title: "open a secret of the area to somebody of another zone",
    service: "key-manager",
    try: sends("key-manager", "PUT", ({ scene }) => `/secrets/${scene.secret}/acl`, {
      body: ({ scene }) => ({ read: { users: [scene.identities.stranger.userId], "project-access": true } }),
    }),
    may: {},
    else: "the shipped policy leaves it to an administrator or manager of the key's own project, which there is none",
    control: {
      who: "pipeline",
      what: "it reads the very list that it may not change",
      try: reads("key-manager", ({ scene }) => `/secrets/${scene.secret}/acl`),
    },
  },
  {
    id: "delete-key",
    title: "delete a secret of the area",
    service: "key-manager",
    // Each who may gets one of his own to delete, so that the others have one to try at.
    try: async (cell) => {
      if (!["pipeline", "operator"].includes(cell.me.who)) return deletesSecret(cell.scene.secret)(cell);
      const made = await cell.scene.identities.pipeline
        .on("key-manager")
        .request<{ secret_ref: string }>("key-manager", "POST", "/secrets", { body: { name: cell.name } });
      return deletesSecret(made.body.secret_ref.split("/").at(-1) ?? "")(cell);
    },
    may: { operator: `${ADMIN}; a volume without its key is lost`, pipeline: "member of the area" },
    else: "no member of the area's project",
    but: { "person ro": "a reader changes nothing" },
  },
];

/** Glance takes changes of an image as JSON patches alone. */
const patchesImage: Try = async ({ scene, me }) => {
  const { catalog } = await scene.operator.token();
  const own = me.isAnonymous ? {} : { "X-Auth-Token": (await me.on("image").token()).value };
  const { url } = catalog.find(({ type }) => type === "image")!.endpoints.find((one) => one.interface === "public")!;
  const patch = (change: object): Promise<Response> =>
    fetch(`${url}/v2/images/${scene.image}`, {
      method: "PATCH",
      headers: { ...own, "Content-Type": "application/openstack-images-v2.1-json-patch" },
      body: JSON.stringify([change]),
    });
  const { status } = await patch({ op: "add", path: "/matrix_probe", value: "1" });
  if (status === 200) await patch({ op: "remove", path: "/matrix_probe" });
  return { status };
};

const IMAGE_ACTIONS: readonly Action[] = [
  {
    id: "make-image",
    title: "make an image",
    service: "image",
    try: sends("image", "POST", "/images", {
      body: ({ name }) => ({ name }),
      undo: (cell, body) => remove(cell, "image", `/images/${(body as { id: string }).id}`),
    }),
    ...CLOSED_BY_POLICY,
  },
  {
    id: "share-image",
    title: "give an image to another project (image member)",
    service: "image",
    try: sends("image", "POST", ({ scene }) => `/images/${scene.image}/members`, {
      body: ({ scene }) => ({ member: scene.otherDomain }),
      undo: (cell) => remove(cell, "image", `/images/${cell.scene.image}/members/${cell.scene.otherDomain}`),
    }),
    ...CLOSED_BY_POLICY,
  },
  {
    id: "image-property",
    title: "take the demand for memory encryption from an image",
    service: "image",
    try: patchesImage,
    ...OPERATOR_ONLY,
  },
];

export const STORAGE_ACTIONS = [...SHARE_ACTIONS, ...KEY_ACTIONS, ...IMAGE_ACTIONS] as const;
