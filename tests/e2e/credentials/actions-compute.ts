import { until } from "../../../scripts/proof/wait.ts";
import { removeSnapshot } from "./making.ts";
import {
  AREA_MEMBERS,
  AREA_READERS,
  CLOSED_BY_POLICY,
  OPERATOR_ONLY,
  reads,
  remove,
  sends,
  type Action,
  type Cell,
  type Try,
} from "./action.ts";

/** An action on the matrix's own machine of the area. */
const acts = (body: object, undo?: (cell: Cell, body: unknown) => Promise<unknown>): Try =>
  sends("compute", "POST", ({ scene }) => `/servers/${scene.scratchMachine}/action`, { body, ...(undo && { undo }) });

/** Waits until the matrix's own machine is at rest in one of these states. */
const comesTo = async ({ scene }: Cell, ...statuses: readonly string[]): Promise<void> => {
  const look = async (): Promise<true | undefined> => {
    const path = `/servers/${scene.scratchMachine}`;
    const { server } = (await scene.operator.request<{ server: Record<string, string | null> }>("compute", "GET", path))
      .body;
    return statuses.includes(server["status"] ?? "") && server["OS-EXT-STS:task_state"] === null ? true : undefined;
  };
  await until(look, `the machine to be ${statuses.join(" or ")}`, 60_000);
};

const again = (cell: Cell, body: object): Promise<unknown> =>
  cell.scene.operator.request("compute", "POST", `/servers/${cell.scene.scratchMachine}/action`, { body });

/** Removes the image, and the snapshots of volumes on which it stands: both lie in the project of who made them. */
async function removeImage(cell: Cell, body: unknown): Promise<void> {
  const id = (body as { image_id?: string }).image_id ?? "";
  const { operator } = cell.scene;
  const image = await operator.find<{ block_device_mapping?: string }>("image", `/images/${id}`);
  await operator.request("image", "DELETE", `/images/${id}`);
  const disks = JSON.parse(image?.block_device_mapping ?? "[]") as { snapshot_id?: string }[];
  for (const { snapshot_id } of disks) if (snapshot_id) await removeSnapshot(operator, snapshot_id);
}

/** Attaches a volume to the matrix's own machine of the area, and detaches it again. */
const attaches = (volume: (cell: Cell) => string): Try =>
  sends("compute", "POST", ({ scene }) => `/servers/${scene.scratchMachine}/os-volume_attachments`, {
    body: (cell) => ({ volumeAttachment: { volumeId: volume(cell) } }),
    undo: async (cell) => {
      const { operator, world } = cell.scene;
      const path = `/servers/${cell.scene.scratchMachine}/os-volume_attachments/${volume(cell)}`;
      const owner = world.zone.areas[volume(cell) === cell.scene.otherVolume ? "heart" : "commons"]!;
      const is = (status: string) => async () => {
        const found = await owner.find<{ volume: { status: string } }>("block-storage", `/volumes/${volume(cell)}`);
        return found?.volume.status === status ? true : undefined;
      };
      await until(is("in-use"), "the volume to be attached", 60_000);
      await operator.request("compute", "DELETE", path);
      await until(is("available"), "the volume to be detached", 60_000);
    },
  });

export const COMPUTE_ACTIONS: readonly Action[] = [
  {
    id: "read-machine",
    title: "read a machine of the area",
    service: "compute",
    try: reads("compute", ({ scene }) => `/servers/${scene.machine}`),
    ...AREA_READERS,
    may: { ...AREA_READERS.may, auditor: undefined },
    but: { auditor: "Nova shows machines of other projects in its lists alone" },
  },
  {
    id: "list-all-machines",
    title: "list the machines of all projects",
    service: "compute",
    try: reads("compute", "/servers/detail?all_tenants=1&limit=1"),
    may: {
      operator: "the cloud's administrator",
      auditor: "the shipped policy opens reading to the auditor",
    },
    else: "of its own project alone",
  },
  {
    id: "console-log",
    title: "read the console's log of a machine of the area",
    service: "compute",
    try: sends("compute", "POST", ({ scene }) => `/servers/${scene.machine}/action`, {
      body: { "os-getConsoleOutput": { length: 1 } },
    }),
    ...AREA_MEMBERS,
    but: { ...AREA_MEMBERS.but, "person ro": "Nova gives consoles to members, not to readers" },
  },
  {
    id: "console",
    title: "open a console of a machine of the area",
    service: "compute",
    try: sends("compute", "POST", ({ scene }) => `/servers/${scene.machine}/remote-consoles`, {
      body: { remote_console: { protocol: "vnc", type: "novnc" } },
    }),
    ...AREA_MEMBERS,
    // A hypervisor without consoles: Nova says so only to whom it would have obeyed.
    allows: [400],
    but: { ...AREA_MEMBERS.but, "person ro": "Nova gives consoles to members, not to readers" },
  },
  {
    id: "machine-metadata",
    title: "change what a machine of the area says of itself",
    service: "compute",
    try: sends("compute", "POST", ({ scene }) => `/servers/${scene.scratchMachine}/metadata`, {
      body: { metadata: { matrix: "1" } },
      undo: (cell) => remove(cell, "compute", `/servers/${cell.scene.scratchMachine}/metadata/matrix`),
    }),
    ...AREA_MEMBERS,
  },
  {
    id: "pause-machine",
    lane: "machine",
    title: "halt a machine of the area (pause)",
    service: "compute",
    try: acts({ pause: null }, async (cell) => {
      await comesTo(cell, "PAUSED");
      await again(cell, { unpause: null });
      await comesTo(cell, "ACTIVE");
    }),
    ...AREA_MEMBERS,
  },
  {
    id: "rescue-machine",
    lane: "machine",
    title: "boot a machine of the area from another image (rescue)",
    service: "compute",
    try: sends("compute", "POST", ({ scene }) => `/servers/${scene.scratchMachine}/action`, {
      body: ({ scene }) => ({ rescue: { rescue_image_ref: scene.image } }),
      undo: async (cell) => {
        await comesTo(cell, "RESCUE");
        await again(cell, { unrescue: null });
        await comesTo(cell, "ACTIVE");
      },
    }),
    ...AREA_MEMBERS,
    // A disk that is a volume needs an image made for it: Nova says so only to whom it would have obeyed.
    allows: [400],
  },
  {
    id: "snapshot-machine",
    lane: "machine",
    title: "make an image of a machine of the area",
    service: "compute",
    try: sends("compute", "POST", ({ scene }) => `/servers/${scene.scratchMachine}/action`, {
      body: ({ name }) => ({ createImage: { name } }),
      undo: async (cell, body) => {
        await removeImage(cell, body);
        await comesTo(cell, "ACTIVE");
      },
    }),
    ...CLOSED_BY_POLICY,
  },
  {
    id: "attach-own-volume",
    lane: "machine",
    title: "attach a volume of the area to a machine of the area",
    service: "compute",
    try: attaches(({ scene }) => scene.looseVolume),
    ...AREA_MEMBERS,
  },
  {
    id: "attach-other-volume",
    lane: "machine",
    title: "attach a volume of another area",
    service: "compute",
    try: attaches(({ scene }) => scene.otherVolume),
    ...OPERATOR_ONLY,
    else: "the volume's project is another one",
  },
  {
    id: "migrate",
    lane: "machine",
    title: "move a machine to another host (live migration)",
    service: "compute",
    try: acts({ "os-migrateLive": { host: "no-such-host", block_migration: "auto" } }),
    ...OPERATOR_ONLY,
    // There is no such host: Nova says so only to whom it would have obeyed.
    allows: [400],
  },
  {
    id: "evacuate",
    lane: "machine",
    title: "rebuild a machine on another host (evacuate)",
    service: "compute",
    try: acts({ evacuate: {} }),
    ...OPERATOR_ONLY,
    // The host is not down: Nova says so only to whom it would have obeyed.
    allows: [400, 409],
  },
  {
    id: "reset-state",
    lane: "machine",
    title: "set a machine's state by hand",
    service: "compute",
    try: acts({ "os-resetState": { state: "active" } }),
    ...OPERATOR_ONLY,
  },
];
