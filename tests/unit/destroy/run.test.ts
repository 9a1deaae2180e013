import { cp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { destroy, type DestroyCommand } from "../../../scripts/commands/destroy.ts";
import { reapSite } from "../../../scripts/commands/reap.ts";
import { receiptKey } from "../../../scripts/commands/receipt.ts";
import { receiptSchema, type Receipt } from "../../../deletion/receipt.ts";
import type { RunPulumi } from "../../../scripts/site/state.ts";
import { testIo } from "../commands/io.ts";
import { FakeZone, furnish } from "./fake-zone.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../../stacks/examples/Pulumi.mini.yaml");
let zone: FakeZone;
let io: Awaited<ReturnType<typeof testIo>>;
let engine: string[];

beforeEach(async () => {
  zone = await new FakeZone().start();
  furnish(zone);
  io = await testIo();
  engine = [];
  await cp(EXAMPLE, path.join(io.cwd, "Pulumi.mini.yaml"));
  const auth = {
    auth_url: `${zone.url}/v3`,
    username: "mini-pipeline",
    password: "long-password-of-mini",
    user_domain_name: "mini",
  };
  const entry = { auth: { ...auth, domain_name: "mini" }, region_name: "one" };
  const admin = {
    auth_url: `${zone.url}/v3`,
    username: "admin",
    password: "long-password-of-admin",
    user_domain_name: "Default",
  };
  const operator = { auth: { ...admin, project_name: "admin", project_domain_name: "Default" }, region_name: "one" };
  await writeFile(
    path.join(io.cwd, "clouds.yaml"),
    JSON.stringify({ clouds: { mini: entry, "devcloud-operator": operator } }),
  );
  await receiptKey({ dir: ".", json: true }, io);
  io.said.length = 0;
});
afterEach(() => zone.stop());

/** The tenant's stack: domain, projects, network. Services keep what they keep. */
function tenant(args: readonly string[]): { exitCode: number; stdout: string; stderr: string } {
  const there = zone.domain !== undefined;
  if (args[0] === "destroy") {
    zone.domain = undefined;
    zone.projects.clear();
    zone.objects.delete("network/net");
    zone.changes.push("ENGINE tenant");
  }
  const resources = there && args[0] === "stack" ? [{ urn: "urn::domain", custom: true, type: "a:b:C", id: "d1" }] : [];
  return { exitCode: 0, stdout: JSON.stringify({ deployment: { resources } }), stderr: "" };
}

/** The engine: its state names what begins with `s-`; its destroy takes away what it may. */
const run: RunPulumi = (_site, stack, args) => {
  engine.push(args.join(" "));
  if (stack === "mini-tenant") return Promise.resolve(tenant(args));
  const dead = zone.changes.length >= zone.dieAfter;
  if (dead) return Promise.resolve({ exitCode: 255, stdout: "", stderr: "error: killed" });
  const own = zone.ids().filter((key) => key.includes("/s-") && !key.startsWith("network/"));
  if (args[0] === "destroy") {
    for (const key of own) {
      zone.objects.delete(key);
      zone.changes.push(`ENGINE ${key}`);
    }
    zone.groups.clear();
  }
  const left = args[0] === "destroy" ? [] : zone.ids().filter((key) => key.includes("/s-"));
  const resources = left.map((key) => ({
    urn: `urn::${key}`,
    custom: true,
    type: "tresor:x:Y",
    id: key.split("/")[1],
  }));
  return Promise.resolve({ exitCode: 0, stdout: JSON.stringify({ deployment: { resources } }), stderr: "" });
};

const COMMAND: DestroyCommand = { zone: "mini", dir: ".", yes: "mini", all: false, dryRun: false, json: true };
interface Done {
  readonly exitCode: number;
  readonly nothingLeft: boolean;
  readonly left: Receipt["left"];
  readonly receipt: Receipt;
}
async function destroyed(more: Partial<DestroyCommand> = {}): Promise<Done> {
  io.said.length = 0;
  const exitCode = await destroy({ ...COMMAND, ...more }, io, { run });
  const said = JSON.parse(io.said.join("\n")) as {
    nothingLeft: boolean;
    left: Receipt["left"];
    files: { json: string };
  };
  const receipt = receiptSchema.parse(JSON.parse(await readFile(path.resolve(io.cwd, said.files.json), "utf8")));
  return { exitCode, ...said, receipt };
}
const kinds = (left: Receipt["left"]): readonly string[] => [...new Set(left.map(({ kind }) => kind))].toSorted();
/** What stays for the operator's half, and what he is asked for. */
const OPERATORS = ["database rows", "domain", "network", "project", "role assignment", "trust", "user"];
const INITIAL = ["machine/s-box", "secret/key-bench", "secret/key-root", "secret/s-study", "share/s-files", "volume/of-bench", "volume/s-root"]; // prettier-ignore

describe("tresor destroy (C4H-13)", () => {
  it("takes access first, then machines, keys, and last the data that they opened; the receipt names each", async () => {
    const { exitCode, left, receipt } = await destroyed();
    expect(zone.unknown).toEqual([]);
    expect(exitCode).toBe(2);
    expect(kinds(left)).toEqual(OPERATORS);
    const at = (change: string): number => {
      expect(zone.changes).toContain(change);
      return zone.changes.indexOf(change);
    };
    expect(at("REVOKE person /projects/p-bench")).toBeLessThan(at("DELETE machine/s-box"));
    expect(at("DELETE machine/s-box")).toBeLessThan(at("DELETE secret/key-root"));
    for (const key of ["key-root", "key-bench", "s-study"])
      for (const data of ["volume/s-root", "volume/of-bench", "share/s-files"])
        expect(at(`DELETE secret/${key}`)).toBeLessThan(at(`DELETE ${data}`));
    expect(at("DELETE volume/s-root")).toBeLessThan(at("ENGINE subnet/s-subnet"));
    const methods = Object.fromEntries(receipt.objects.map(({ kind, id, method }) => [`${kind}/${id}`, method]));
    expect(methods).toMatchObject({
      "volume/s-root": "cryptoShred",
      "volume/of-bench": "cryptoShred",
      "share/s-files": "delete",
    });
    expect(receipt.runs).toMatchObject([{ half: "zone", by: { user: "mini-pipeline" } }]);
    // The role that the pipeline took on the bench is given back.
    expect(zone.grants.map(({ place }) => place)).toEqual(["/domains/d1", "/projects/p-work"]);
    const file = path.join(io.cwd, ".destroy.mini.jsonl");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).not.toContain("long-password");
    expect(engine).toEqual(expect.arrayContaining(["state unprotect --all --yes", "destroy --yes --skip-preview"]));
  });

  it("does nothing without the zone's name and nothing in a dry run, which tells what would go", async () => {
    const before = zone.ids();
    await expect(destroy({ ...COMMAND, yes: "min" }, io, { run })).rejects.toThrow(/nothing was deleted/);
    await expect(
      destroy({ zone: "mini", dir: ".", all: false, dryRun: false, json: true }, io, { run, ask: async () => "" }),
    ).rejects.toThrow(/--yes mini/);
    zone.add("volume", "by-hand", "p-work", { encrypted: false, attachments: [] });
    expect(await destroy({ ...COMMAND, dryRun: true, json: true }, io, { run })).toBe(2);
    const { go, held, unseen } = JSON.parse(io.said.at(-1) ?? "") as Record<string, { id: string }[]>;
    expect(go!.map(({ id }) => id).toSorted()).toEqual(["key-root", "s-box", "s-files", "s-group", "s-root", "s-study", "s-subnet"]); // prettier-ignore
    expect(held!.map(({ id }) => id)).toEqual(["by-hand"]);
    expect(unseen).toEqual(["mini-work-lab"]);
    expect(zone.changes).toEqual([]);
    expect(zone.ids()).toEqual([...before, "volume/by-hand"].toSorted());
    expect((await readdir(io.cwd)).filter((name) => name.startsWith(".destroy"))).toEqual([]);
  });

  it("EV-20: leaves what somebody made by hand and what it needs, the stack too; with --all it goes", async () => {
    zone.add("volume snapshot", "by-hand", "p-work", { volume_id: "s-root" });
    const first = await destroyed();
    expect(first.exitCode).toBe(2);
    const ids = first.left.filter(({ kind }) => /volume|secret|snapshot/.test(kind)).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(["by-hand", "key-root", "s-root"]);
    expect(zone.ids()).toEqual(expect.arrayContaining(["volume/s-root", "secret/key-root", "subnet/s-subnet"]));
    expect(zone.ids()).not.toContain("share/s-files");
    expect(engine.filter((call) => call.startsWith("destroy"))).toEqual([]);
    const second = await destroyed({ all: true });
    expect(kinds(second.left)).toEqual(OPERATORS);
    const went = second.receipt.objects.map(({ kind, id }) => `${kind}/${id}`);
    expect(went).toEqual(expect.arrayContaining([...INITIAL, "volume snapshot/by-hand"]));
    expect(second.receipt.runs).toHaveLength(2);
  });

  it("what a service refuses keeps its volume and the key of both, and nothing else; the next run goes on", async () => {
    zone.add("volume snapshot", "s-stuck", "p-work", { volume_id: "s-root", status: "error_deleting" });
    zone.refuses.add("volume snapshot/s-stuck");
    const first = await destroyed();
    const ids = first.left.filter(({ kind }) => /volume|secret|snapshot/.test(kind)).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(["key-root", "s-root", "s-stuck"]);
    expect(first.left.find(({ id }) => id === "s-stuck")?.why).toMatch(/Cinder answered 400/);
    expect(zone.ids()).not.toContain("share/s-files");
    expect(engine).not.toContain("destroy --yes --skip-preview");
    zone.refuses.clear();
    expect(kinds((await destroyed()).left)).toEqual(OPERATORS);
  });

  it("C4H-12: tresor reap takes a zone down in the same way, with a receipt", async () => {
    const file = path.join(io.cwd, "Pulumi.mini.yaml");
    const text = await readFile(file, "utf8");
    const over = "    name: mini\n    lifetime: { until: 2026-11-20, onEnd: destroy }\n    deletion: allowed\n";
    await writeFile(file, text.replace("    name: mini\n", over));
    expect(await reapSite({ dir: ".", dryRun: false, json: true }, io, { run })).toBe(0);
    const { zones } = JSON.parse(io.said.join("\n")) as { zones: { outcome: string; says: string }[] };
    expect(zones).toMatchObject([{ outcome: "destroyed", says: expect.stringMatching(/receipt receipts\/mini-/) }]);
    expect(zone.changes.indexOf("DELETE secret/key-root")).toBeLessThan(zone.changes.indexOf("DELETE volume/s-root"));
    expect(zone.ids()).toEqual(["network/net"]);
  });

  it("tells two ends of a zone that was raised again apart", async () => {
    await destroyed();
    zone.add("volume", "s-second", "p-work", { encrypted: true, encryption_key_id: "key-second", attachments: [] });
    zone.add("secret", "key-second");
    const { receipt } = await destroyed();
    expect(receipt.runs).toHaveLength(1);
    const ids = receipt.objects.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["s-second", "key-second"]));
    expect(ids).not.toContain("s-root");
    expect((await readdir(io.cwd)).filter((name) => name.startsWith(".destroy.mini"))).toHaveLength(2);
  });

  it("an attestation of the purge takes the rows out of what is left, and only then", async () => {
    await destroyed();
    const { left, receipt } = await destroyed({ rowsPurgedBy: "A. Meier" });
    expect(kinds(left)).toEqual(OPERATORS.filter((kind) => kind !== "database rows"));
    expect(receipt.attested).toMatchObject([{ by: "A. Meier" }]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    "killed after %i changes, the next run goes on, and its receipt tells of both",
    async (changes) => {
      zone.dieAfter = changes;
      await destroy(COMMAND, io, { run }).catch(() => undefined);
      // What was under way at that moment may still be done.
      expect(zone.changes.length).toBeGreaterThanOrEqual(changes);
      zone.dieAfter = Number.POSITIVE_INFINITY;
      // And a half line at the end, as a kill leaves one.
      const file = path.join(io.cwd, ".destroy.mini.jsonl");
      const text = await readFile(file, "utf8").catch(() => "");
      if (text !== "") await writeFile(file, `${text}{"event":"gone","at":"2026`, { mode: 0o600 });
      const { receipt, left } = await destroyed();
      expect(kinds(left)).toEqual(OPERATORS);
      const went = receipt.objects.map(({ kind, id }) => `${kind}/${id}`);
      expect(went.toSorted().filter((key) => INITIAL.includes(key))).toEqual(INITIAL);
      expect(new Set(went).size).toBe(went.length);
    },
  );

  describe("with the operator's half", () => {
    const TENANT = path.resolve(import.meta.dirname, "../../../stacks/examples/Pulumi.mini-tenant.yaml");
    beforeEach(async () => {
      await cp(TENANT, path.join(io.cwd, "Pulumi.mini-tenant.yaml"));
      zone.add("security group", "sg-default", "p-work", { name: "default" });
    });

    it("EV-20: takes what services keep of deleted projects, and both halves' lists saw it before", async () => {
      const { exitCode, left, receipt } = await destroyed({ operator: "." });
      expect(zone.unknown).toEqual([]);
      expect(kinds(left)).toEqual(["database rows"]);
      expect(exitCode).toBe(2);
      expect([...zone.kept]).toEqual([]);
      expect(zone.ids()).toEqual([]);
      const at = (change: string): number => zone.changes.indexOf(change);
      expect(at("ENGINE tenant")).toBeGreaterThan(at("DELETE volume/s-root"));
      expect(at("DELETE security group/sg-default")).toBeGreaterThan(at("ENGINE tenant"));
      const went = receipt.objects.map(({ kind, id }) => `${kind}/${id}`);
      const kept = ["default volume type/p-work", "Cinder quota/p-work", "Barbican quota/p-bench"];
      expect(went).toEqual(expect.arrayContaining([...kept, ...INITIAL, "domain/d1", "project/p-work", "network/net"]));
      expect(receipt.lists.find(({ kind, by }) => kind === "volume" && by === "operator")).toMatchObject({
        ...{ before: 2, after: 0 },
      });
      expect(receipt.runs.map(({ half, by }) => [half, by.user])).toEqual([
        ["zone", "mini-pipeline"],
        ["operator", "admin"],
      ]);
      // Its end is its end: the next run finds nothing, and the word of a person is all that was missing.
      const again = await destroyed({ operator: ".", rowsPurgedBy: "A. Meier" });
      expect(again).toMatchObject({ exitCode: 0, nothingLeft: true, left: [] });
      expect(again.receipt.objects).toEqual(receipt.objects);
    });

    it("is refused while anything of the zone is in its projects: nothing is stranded", async () => {
      zone.add("volume", "by-hand", "p-work", { encrypted: false, attachments: [] });
      const { left } = await destroyed({ operator: "." });
      expect(left.map(({ id }) => id)).toContain("by-hand");
      // The zone's stack does not know it and goes; projects go only when they are empty.
      expect(zone.ids()).toEqual(["network/net", "security group/sg-default", "volume/by-hand"]);
      expect(zone.changes).not.toContain("ENGINE tenant");
      expect(zone.domain).toBeDefined();
      // The operator alone, in his own directory, is told the same.
      await rm(path.join(io.cwd, "Pulumi.mini.yaml"));
      await rm(path.join(io.cwd, ".destroy.mini.jsonl"));
      const alone = await destroyed();
      expect(alone.left.find(({ id }) => id === "by-hand")?.next).toMatch(/zone's half/);
      expect(zone.domain).toBeDefined();
    });
  });

  it("refuses a journal that was changed, and puts one of an earlier zone of the name aside", async () => {
    await destroyed();
    const file = path.join(io.cwd, ".destroy.mini.jsonl");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"gone"', '"none"'));
    await expect(destroy(COMMAND, io, { run })).rejects.toThrow(/journal .* cannot be read/);
    await writeFile(file, text);
    zone.domain = { id: "d2", name: "mini" };
    zone.grants.push({ user: "pipeline-id", place: "/domains/d2" });
    const { receipt } = await destroyed();
    expect(receipt.zone.domainId).toBe("d2");
    expect(receipt.objects).toEqual([]);
    expect(await readFile(path.join(io.cwd, ".destroy.mini.d1.jsonl"), "utf8")).toBe(text);
  });

  it("says what is wrong where the pipeline cannot log in, and where there is no key to sign with", async () => {
    zone.domain = undefined;
    await expect(destroy(COMMAND, io, { run })).rejects.toThrow(/pipeline of mini cannot log in/);
    const other = await testIo();
    await expect(destroy(COMMAND, other, { run })).rejects.toThrow(/no key to sign/);
  });
});
