import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asset, packageRoot } from "../../../scripts/toolchain/root.ts";
import { scratch } from "../../scratch.ts";

const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const grpc = sdk("@grpc/grpc-js");
const language = sdk("@pulumi/pulumi/proto/language_pb.js");
const { LanguageRuntimeClient } = sdk("@pulumi/pulumi/proto/language_grpc_pb.js");
const empty = sdk("google-protobuf/google/protobuf/empty_pb.js");
const struct = sdk("google-protobuf/google/protobuf/struct_pb.js");

const host = asset("scripts/toolchain/language-host/main.mjs");
let program: string;
let started: ChildProcess;
let client: Record<string, (request: unknown, callback: (error: Error | null, response: never) => void) => void>;

/** The first line that a process prints. */
async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.trim();
}

const call = <T>(method: string, request: unknown): Promise<T> =>
  new Promise((settle, fail) =>
    client[method]!(request, (error, response) => (error ? fail(error) : settle(response as T))),
  );

const info = (entry: string): unknown => {
  const message = new language.ProgramInfo();
  message.setRootDirectory(program);
  message.setProgramDirectory(program);
  message.setEntryPoint(entry);
  message.setOptions(struct.Struct.fromJavaScript({ typescript: false }));
  return message;
};

/** A package as npm installs it, with what it says of its plugin. */
async function install(name: string, manifest: object): Promise<void> {
  await mkdir(join(program, "node_modules", name), { recursive: true });
  await writeFile(join(program, "node_modules", name, "package.json"), JSON.stringify({ name, ...manifest }));
}

beforeAll(async () => {
  // Below the clone, so that @pulumi/pulumi is found above it as in a real project.
  await mkdir(join(packageRoot, "node_modules", ".cache"), { recursive: true });
  program = await mkdtemp(join(packageRoot, "node_modules", ".cache", "host-"));
  await writeFile(join(program, "package.json"), JSON.stringify({ name: "site", type: "module" }));
  await install("@pulumi/cloud", { version: "v3.15.2", pulumi: { resource: true, name: "skies" } });
  await install("plain-sdk", { version: "2.0.0", pulumi: { resource: true, version: "2.0.1" } });
  await install("library", { version: "1.0.0" });
  started = spawn(process.execPath, [host, "--some-flag", "127.0.0.1:9"], {
    cwd: program,
    stdio: ["ignore", "pipe", "ignore"],
  });
  client = new LanguageRuntimeClient(`127.0.0.1:${await firstLine(started)}`, grpc.credentials.createInsecure());
});
afterAll(async () => {
  (client as unknown as { close(): void } | undefined)?.close();
  started.kill();
  await rm(program, { recursive: true, force: true });
});

describe("the language host", () => {
  it("answers the engine's greeting and tells the SDK's version", async () => {
    await call("handshake", new language.LanguageHandshakeRequest());
    const plugin = await call<{ getVersion(): string }>("getPluginInfo", new empty.Empty());
    expect(plugin.getVersion()).toBe(sdk("@pulumi/pulumi/package.json").version);
  });

  it("names the plugins of the installed SDKs, each version with one v", async () => {
    const request = new language.GetRequiredPackagesRequest();
    request.setInfo(info("index.ts"));
    const response = await call<{ toObject(): { packagesList: { name: string; version: string }[] } }>(
      "getRequiredPackages",
      request,
    );
    const found = response.toObject().packagesList.map(({ name, version }) => `${name} ${version}`);
    expect(found).toContain("skies v3.15.2");
    expect(found).toContain("plain-sdk v2.0.1");
    expect(found.some((line) => line.startsWith("library"))).toBe(false);
  });

  it("lists the dependencies of a program", async () => {
    const request = new language.GetProgramDependenciesRequest();
    request.setInfo(info("index.ts"));
    const response = await call<{ toObject(): { dependenciesList: { name: string }[] } }>(
      "getProgramDependencies",
      request,
    );
    expect(response.toObject().dependenciesList.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["library", "@pulumi/pulumi"]),
    );
  });

  it("tells the engine how a program ended that cannot run", async () => {
    const request = new language.RunRequest();
    request.setInfo(info("nothing.ts"));
    request.setProject("site");
    request.setStack("dev");
    request.setParallel(1);
    const response = await call<{ getError(): string; getBail(): boolean }>("run", request);
    // Without a monitor address the runner prints its usage and ends with 255.
    expect(response.getError()).toBe("Program ended by exit code 255");
    expect(response.getBail()).toBe(false);
  });

  it("answers a failure of its own as an error, and goes on", async () => {
    await expect(call("getRequiredPackages", new language.GetRequiredPackagesRequest())).rejects.toThrow(/INTERNAL|13/);
    await call("handshake", new language.LanguageHandshakeRequest());
  });
});

describe("the end of the engine", () => {
  it("is the end of the host, even when the engine is killed", async () => {
    const script = `const c = require("node:child_process").spawn(process.execPath, [${JSON.stringify(host)}, "x"], { stdio: ["ignore", "pipe", "inherit"] }); c.stdout.once("data", () => console.log(c.pid)); setInterval(() => {}, 1000);`;
    const engine = spawn(process.execPath, ["-e", script], { cwd: program, stdio: ["ignore", "pipe", "inherit"] });
    const pid = Number(await firstLine(engine));
    const alive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(alive()).toBe(true);
    engine.kill("SIGKILL");
    await once(engine, "exit");
    for (let waited = 0; alive() && waited < 50; waited += 1) await sleep(100);
    expect(alive()).toBe(false);
  });

  it("is noticed outside any project by a clear message", async () => {
    const nowhere = scratch();
    const child = spawn(process.execPath, [host, "x"], { cwd: nowhere, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr!.on("data", (chunk) => (text += String(chunk)));
    const [code] = await once(child, "close");
    expect(code).not.toBe(0);
    expect(text).toContain(`@pulumi/pulumi is not installed in ${nowhere}`);
  });
});
