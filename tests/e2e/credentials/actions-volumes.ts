import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../../../openstack/index.ts";
import { until } from "../../../scripts/proof/wait.ts";
import { removeSnapshot } from "./making.ts";
import {
  AREA_MEMBERS,
  AREA_READERS,
  idIn,
  makes,
  OPERATOR_ONLY,
  reads,
  remove,
  sends,
  type Action,
  type Cell,
  type Try,
} from "./action.ts";

const ADMIN = "the cloud's administrator";

/** Waits until the matrix's own volume is at rest. */
async function atRest({ scene }: Cell): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const found = await scene.operator.find<{ volume: { status: string } }>(
      "block-storage",
      `/volumes/${scene.scratchVolume}`,
    );
    return found?.volume.status === "available" ? true : undefined;
  };
  await until(look, "the matrix's volume to be available", 60_000);
}

/** An action on the matrix's own volume of the area. */
const acts = (body: (cell: Cell) => object, undo?: (cell: Cell, answer: unknown) => Promise<unknown>): Try =>
  sends("block-storage", "POST", ({ scene }) => `/volumes/${scene.scratchVolume}/action`, {
    body,
    ...(undo && { undo }),
  });

async function removeImage(cell: Cell, body: unknown): Promise<void> {
  const { image_id } = (body as { "os-volume_upload_image": { image_id: string } })["os-volume_upload_image"];
  const look = async (): Promise<true | undefined> => {
    const image = await cell.scene.operator.find<{ status: string }>("image", `/images/${image_id}`);
    return ["active", "killed"].includes(image?.status ?? "killed") ? true : undefined;
  };
  await until(look, "the image to be uploaded", 60_000);
  await cell.scene.operator.request("image", "DELETE", `/images/${image_id}`, { expect: [404] });
  await atRest(cell);
}

/** The pipeline has two projects here, and the matrix's own volumes fill the quota of one. */
const placeOf = ({ scene, me }: Cell): Session =>
  me.who === "pipeline" ? scene.world.zone.areas["heart"]! : me.on("block-storage");

/** Makes a volume in one's own project, and waits until it is gone again. */
const makesVolume = (volume_type: string): Try =>
  sends("block-storage", "POST", "/volumes", {
    as: placeOf,
    body: ({ name }) => ({ volume: { name, size: 1, volume_type } }),
    undo: async (cell, body) => {
      const session = placeOf(cell);
      const path = `/volumes/${(body as { volume: { id: string } }).volume.id}`;
      const look = (wanted: (status: string | undefined) => boolean) => async () => {
        const found = await session.find<{ volume: { status: string } }>("block-storage", path);
        return wanted(found?.volume.status) ? true : undefined;
      };
      await until(
        look((status) => status !== "creating"),
        "the volume to be made",
        60_000,
      );
      await session.request("block-storage", "DELETE", path);
      await until(
        look((status) => status === undefined),
        "the volume to go",
        60_000,
      );
    },
  });

/** Cinder counts a volume until it is gone: what another test or a machine's disk takes for a moment is no answer to who may. */
const whenThereIsRoom =
  (attempt: Try): Try =>
  async (cell) => {
    let answer = await attempt(cell);
    for (let round = 0; round < 5 && answer.status === 413; round++) {
      await sleep(4000);
      answer = await attempt(cell);
    }
    return answer;
  };

/** The same call on the operator's own volume, which is in the clear. */
const onPlainVolume =
  (attempt: Try): Try =>
  (cell) =>
    attempt({ ...cell, scene: { ...cell.scene, scratchVolume: cell.scene.plainVolume } });
const KEYLESS = "Cinder would have to read the volume's key in his name, and Barbican refuses it";

const givesAway: Try = sends("block-storage", "POST", "/volume-transfers", {
  body: ({ scene, name }) => ({ transfer: { volume_id: scene.scratchVolume, name } }),
  undo: async (cell, body) => {
    await remove(cell, "block-storage", `/volume-transfers/${idIn(body, "transfer")}`);
    await atRest(cell);
  },
});
const makesImage: Try = acts(
  ({ name }) => ({ "os-volume_upload_image": { image_name: name, disk_format: "raw" } }),
  removeImage,
);

export const VOLUME_ACTIONS: readonly Action[] = [
  {
    id: "read-volume",
    title: "read a volume of the area",
    service: "block-storage",
    try: reads("block-storage", ({ scene }) => `/volumes/${scene.volume}`),
    ...AREA_READERS,
  },
  {
    id: "snapshot-volume",
    lane: "volume",
    title: "make a snapshot of a volume of the area",
    service: "block-storage",
    try: sends("block-storage", "POST", "/snapshots", {
      body: ({ scene, name }) => ({ snapshot: { volume_id: scene.scratchVolume, name } }),
      undo: (cell, body) => removeSnapshot(cell.me.on("block-storage"), idIn(body, "snapshot")),
    }),
    ...OPERATOR_ONLY,
    else: "no role on the area's project",
    but: { ...AREA_MEMBERS.but, pipeline: "quota 0 in areas: a data set is one volume" },
    refusals: [413],
  },
  {
    id: "transfer-volume",
    lane: "volume",
    title: "give a volume of the area to another project",
    service: "block-storage",
    try: givesAway,
    may: {},
    else: "the shipped policy leaves handing out to the administrator",
    but: { operator: KEYLESS },
    // Cinder fails where Barbican refuses the key.
    refusals: [500],
    control: {
      who: "operator",
      what: "the same call on a volume of his own in the clear",
      try: onPlainVolume(givesAway),
    },
  },
  {
    id: "volume-to-image",
    lane: "volume",
    title: "make an image of a volume of the area",
    service: "block-storage",
    try: makesImage,
    may: {},
    else: "the shipped policy leaves handing out to the administrator",
    but: { operator: KEYLESS },
    // Cinder fails where Barbican refuses the key.
    refusals: [500],
    control: {
      who: "operator",
      what: "the same call on a volume of his own in the clear",
      try: onPlainVolume(makesImage),
    },
  },
  {
    id: "plain-volume",
    title: "make a volume in the clear",
    service: "block-storage",
    try: makesVolume("__DEFAULT__"),
    may: { operator: "in the operator's own project" },
    else: "quota 0 for unencrypted types in every project of a zone, or no member",
    but: { auditor: "reads, and writes nothing" },
    refusals: [413],
  },
  {
    id: "encrypted-volume",
    title: "make an encrypted volume in its own project",
    service: "block-storage",
    try: whenThereIsRoom(makesVolume("encrypted-ssd")),
    may: { operator: ADMIN, pipeline: "granted to the area", "person rw": "granted to the bench" },
    else: "no member",
    but: { stranger: "its quota is used" },
    refusals: [413],
  },
  {
    id: "reset-volume",
    lane: "volume",
    title: "set a volume's state by hand",
    service: "block-storage",
    try: acts(() => ({ "os-reset_status": { status: "available" } })),
    ...OPERATOR_ONLY,
  },
  {
    id: "volume-type",
    title: "make a volume type",
    service: "block-storage",
    try: makes("block-storage", "/types", "volume_type", () => ({ "os-volume-type-access:is_public": false })),
    ...OPERATOR_ONLY,
  },
  {
    id: "quota-volumes",
    title: "raise the area's quota of volumes",
    service: "block-storage",
    try: sends("block-storage", "PUT", ({ scene }) => `/os-quota-sets/${scene.area}`, {
      body: { quota_set: { backups: 0 } },
    }),
    ...OPERATOR_ONLY,
  },
];
