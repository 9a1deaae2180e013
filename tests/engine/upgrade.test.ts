import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadStackFile } from "../../config/loader.ts";
import { placeName } from "../../plan/names.ts";
import { Progress } from "../../scripts/console.ts";
import { type Toolchain, ensureToolchain } from "../../scripts/toolchain/index.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { FakeCloud } from "../unit/provider/fake/cloud.ts";
import { LASTING, losses, type Recorded, type RecordedStack, type Step } from "./recorded.ts";

/**
 * Today's program over what the program of a release made: the real engine compares its state with what is planned now, and a cloud of
 * this process answers the look-ups as the cloud did that day. See docs/releases.md for how the next release is recorded.
 */
const FIXTURES = join(import.meta.dirname, "../fixtures");
const versions = (await readdir(FIXTURES)).flatMap((name) => /^state-(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? []);

async function load(version: string): Promise<Recorded> {
  const directory = join(FIXTURES, `state-${version}`);
  const rest = JSON.parse(await readFile(join(directory, "recorded.json"), "utf8")) as Omit<Recorded, "stacks">;
  const stacks: Record<string, RecordedStack> = {};
  for (const stack of ["platform", `${rest.zone}-tenant`, rest.zone]) {
    const state = JSON.parse(await readFile(join(directory, `${stack}.json`), "utf8")) as RecordedStack["state"];
    stacks[stack] = { file: await readFile(join(directory, `Pulumi.${stack}.yaml`), "utf8"), state };
  }
  return { ...rest, stacks };
}

/** Has a cloud answer look-ups as it was recorded. Whoever logs in as `operator` is him, all others are the zone's pipeline. */
function serve(cloud: FakeCloud, { answers: { lists, user, operator } }: Recorded): void {
  const login = cloud.handlerOf("POST", "/v3/auth/tokens");
  cloud.on("POST", "/v3/auth/tokens", (asked) => {
    const answer = login(asked);
    if (typeof answer === "string") return answer;
    const [status, body, headers] = answer;
    const who = asked.body.auth.identity.password.user.name === "operator" ? operator : user;
    const { token } = body as { token: Record<string, object> };
    const changed = {
      ...token,
      user: { ...token["user"], id: who.id },
      ...(asked.body.auth.scope.project === undefined
        ? { project: undefined, domain: { id: who.domain, name: "zone" } }
        : { project: { ...token["project"], id: who.project }, domain: undefined }),
    };
    return [status, { token: changed }, headers];
  });
  const owned = (list: "networks" | "security_groups" | "routers", path: string): void =>
    cloud.on("GET", path, ({ query }) => {
      const { project_id, "router:external": external } = query;
      const rows = lists[list].filter(
        (row) =>
          (project_id === undefined || row["project_id"] === project_id) &&
          (external === undefined || row["router:external"] === true),
      );
      return [200, { [list]: rows }];
    });
  owned("networks", "/network/v2.0/networks");
  owned("security_groups", "/network/v2.0/security-groups");
  owned("routers", "/network/v2.0/routers");
  cloud.on("GET", "/v3/projects", ({ query: { domain_id } }) => [
    200,
    { projects: lists.projects.filter((row) => domain_id === undefined || row["domain_id"] === domain_id) },
  ]);
  cloud.on("GET", "/v3/roles", () => [200, { roles: lists.roles }]);
  cloud.on("GET", "/compute/v2.1/flavors/detail", () => [200, { flavors: lists.flavors }]);
  cloud.on("GET", "/volume/v3/:project/types", () => [200, { volume_types: lists.volume_types }]);
  cloud.on("GET", "/share/v2/types", () => [200, { share_types: lists.share_types }]);
  cloud.on("GET", "/image/v2/images", () => [200, { images: lists.images }]);
}

let toolchain: Toolchain;
beforeAll(async () => {
  toolchain = await ensureToolchain(new Progress());
});

describe.each(versions)("what a release %s made, under today's program", (version) => {
  const cloud = new FakeCloud();
  let recorded: Recorded;
  let root: string;
  let env: Record<string, string>;
  const site = (): string => join(root, "site");
  const inPlace = (text: string): string => text.replaceAll("@SITE@", site()).replaceAll("@HOME@", homedir());

  const engine = async (...args: string[]): Promise<string> => {
    const run = await execa(toolchain.pulumi, ["--non-interactive", "--color", "never", ...args], {
      ...({ cwd: site(), env, reject: false, stdin: "ignore" } as const),
    });
    expect(run.exitCode, `pulumi ${args.join(" ")}: ${run.stdout}\n${run.stderr}`).toBe(0);
    return run.stdout;
  };

  /** Puts a recorded state into the engine's hands and asks what today's program would do to it. */
  async function preview(stack: string, state: RecordedStack["state"]): Promise<readonly Step[]> {
    const file = join(root, `${stack}.json`);
    // The engine seals the secrets anew, for which it must be told by what.
    const own = JSON.parse(await engine("stack", "export", "--stack", stack)) as RecordedStack["state"];
    const sealed = { ...state.deployment, secrets_providers: own.deployment["secrets_providers"] };
    await writeFile(file, inPlace(JSON.stringify({ ...state, deployment: sealed })));
    await engine("stack", "import", "--force", "--stack", stack, "--file", file);
    const { steps } = JSON.parse(
      await engine("preview", "--stack", stack, "--json", "--show-sames", "--refresh=false"),
    ) as {
      steps: readonly Step[];
    };
    return steps;
  }

  beforeAll(async () => {
    recorded = await load(version);
    await cloud.start();
    serve(cloud, recorded);
    root = await mkdtemp(join(tmpdir(), "tresor-engine-"));
    for (const directory of ["site/node_modules", "site/images", "state"])
      await mkdir(join(root, directory), { recursive: true });
    await symlink(packageRoot, join(site(), "node_modules", "tresor"));
    for (const [name, text] of Object.entries(recorded.files)) await writeFile(join(site(), name), text);
    for (const [stack, { file }] of Object.entries(recorded.stacks))
      await writeFile(join(site(), `Pulumi.${stack}.yaml`), file);
    const { stack } = loadStackFile(recorded.stacks[recorded.zone]!.file, "zone");
    if (stack?.kind !== "zone") throw new Error("the recorded zone is none to today's program");
    const entry = (username: string, scope: object): object => ({
      auth: { auth_url: cloud.url, username, password: "pw", user_domain_name: "zone", ...scope },
      region_name: "one",
    });
    const project = { project_name: "home", project_domain_name: "zone" };
    const areas = Object.keys(stack.config.areas).map((area) => [
      placeName(recorded.zone, area),
      entry("pipe", project),
    ]);
    const clouds = {
      "devcloud-operator": entry("operator", project),
      [recorded.zone]: entry("pipe", { domain_name: "zone" }),
      ...Object.fromEntries(areas),
    };
    await writeFile(join(site(), "clouds.yaml"), JSON.stringify({ clouds }), { mode: 0o600 });
    const plugins = [
      `{ name: tresor, path: node_modules/tresor/provider/plugin }`,
      ...["random", "command"].map(
        (name) => `{ name: ${name}, path: node_modules/tresor/scripts/toolchain/stand-ins/${name} }`,
      ),
    ];
    await writeFile(
      join(site(), "Pulumi.yaml"),
      `name: tresor
runtime: { name: nodejs, options: { typescript: false, nodeargs: "--stack-trace-limit=1" } }
main: node_modules/tresor/stacks/index.ts
plugins: { providers: [${plugins.join(", ")}] }
`,
    );
    env = {
      ...toolchain.environment,
      PULUMI_BACKEND_URL: `file://${root}/state`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
      OS_CLIENT_CONFIG_FILE: join(site(), "clouds.yaml"),
      OS_CLOUD: "devcloud-operator",
    };
    for (const name of Object.keys(recorded.stacks)) await engine("stack", "init", name);
  });
  afterAll(async () => {
    await cloud.stop();
    if (root) await rm(root, { recursive: true, force: true });
  });

  it.each(["platform", "tenant", "zone"])(
    "DENBI-9: loses and replaces nothing that holds data: the %s",
    async (kind) => {
      const stack = kind === "platform" ? kind : kind === "zone" ? recorded.zone : `${recorded.zone}-tenant`;
      const { state } = recorded.stacks[stack]!;
      const steps = await preview(stack, state);
      expect(losses(state.deployment, steps)).toEqual([]);
      expect(steps.filter(({ op }) => op.includes("replace")).map(({ op, urn }) => `${op} ${urn}`)).toEqual([]);
      const kept = state.deployment.resources.filter(({ type }) => LASTING.test(type));
      expect(kept.length).toBeGreaterThan(kind === "platform" ? -1 : 5);
      expect(cloud.unknown).toEqual([]);
      expect(cloud.writes()).toEqual([]);
    },
  );

  it.each([
    ["renamed, without an alias", (name: string) => name.replaceAll(/(blockstorage:Volume::)([\w-]+)/g, "$1elder-$2")],
    [
      "of another type in the cloud, which only a new volume can change",
      (text: string) => text.replaceAll('"volumeType":"encrypted-', '"volumeType":"elder-'),
    ],
  ])("tells of a volume that is %s (control)", async (_what, change) => {
    const { state } = recorded.stacks[recorded.zone]!;
    const changed = JSON.parse(change(JSON.stringify(state))) as typeof state;
    const unprotected = changed.deployment.resources.map(
      ({ protect: _protect, ...resource }) => resource as (typeof changed.deployment.resources)[number],
    );
    const steps = await preview(recorded.zone, {
      ...changed,
      deployment: { ...changed.deployment, resources: unprotected },
    });
    expect(losses(changed.deployment, steps).join("\n")).toMatch(/Volume/);
  });
});
