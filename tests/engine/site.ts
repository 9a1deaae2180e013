import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { Progress } from "../../scripts/console.ts";
import { type Toolchain, ensureToolchain } from "../../scripts/toolchain/index.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";

const PROJECT = `name: tresor
runtime: { name: nodejs, options: { typescript: false } }
main: index.ts
`;

interface SiteOptions {
  /** More of Pulumi.yaml. */
  readonly project?: string;
  /** What no run may say. */
  readonly hidden?: string;
}

/** A program of a test with the real engine, its state beside it. */
export class EngineSite {
  /** Where the program is, and what is looked for beside it. */
  readonly directory: string;
  /** What a run gets beside its environment; a test may add to it. */
  readonly env: Record<string, string>;
  readonly #root: string;
  readonly #toolchain: Toolchain;
  readonly #hidden: string | undefined;

  private constructor(root: string, toolchain: Toolchain, hidden: string | undefined) {
    this.#root = root;
    this.#toolchain = toolchain;
    this.#hidden = hidden;
    this.directory = join(root, "site");
    this.env = {
      ...toolchain.environment,
      PULUMI_BACKEND_URL: `file://${root}/state`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
      // Every file of entries is looked for beside it.
      OS_CLIENT_CONFIG_FILE: join(this.directory, "clouds.yaml"),
    };
  }

  /** @param program its index.ts */
  static async make(program: string, { project = "", hidden }: SiteOptions = {}): Promise<EngineSite> {
    const toolchain = await ensureToolchain(new Progress());
    const root = await mkdtemp(join(tmpdir(), "tresor-engine-"));
    for (const directory of ["site", "state"]) await mkdir(join(root, directory));
    const site = new EngineSite(root, toolchain, hidden);
    await symlink(join(packageRoot, "node_modules"), join(site.directory, "node_modules"));
    await site.write("package.json", JSON.stringify({ name: "program", type: "module" }));
    await site.write("index.ts", program);
    await site.write("Pulumi.yaml", `${PROJECT}${project}`);
    return site;
  }

  /** A place beside the program for what is none of its files. */
  beside = (name: string): string => join(this.#root, name);

  write = (name: string, text: string): Promise<void> => writeFile(join(this.directory, name), text, { mode: 0o600 });

  /** Runs pulumi, holds it to its exit code, and gives all that it said. */
  async run(code: number, args: readonly string[], more: Record<string, string> = {}): Promise<string> {
    const result = await execa(this.#toolchain.pulumi, ["--non-interactive", "--color", "never", ...args], {
      ...({ cwd: this.directory, reject: false, all: true, stdin: "ignore" } as const),
      env: { ...this.env, ...more },
    });
    expect(result.exitCode, result.all).toBe(code);
    if (this.#hidden !== undefined) expect(result.all).not.toContain(this.#hidden);
    return result.all;
  }

  remove = (): Promise<void> => rm(this.#root, { recursive: true, force: true });
}
