import { chmod, copyFile, cp, link } from "node:fs/promises";
import { join } from "node:path";
import { type Piece, ensurePiece, keyOf } from "./cache.ts";
import { buildWords, checkBuilder, goBuild } from "./go.ts";
import { fetchRelease } from "./release.ts";
import { asset } from "./root.ts";
import { ENGINE } from "./versions.ts";

type Say = (what: string) => void;

const variables = { [ENGINE.versionVariable]: `v${ENGINE.version}` };
const engineModule = asset("scripts/toolchain/engine");
const languageHost = asset("scripts/toolchain/language-host");

export async function releasePiece(platform: string): Promise<Piece> {
  return { name: "release", version: ENGINE.version, key: platform };
}

/** The bare binary: minutes to build, and the same whatever happens to our language host. */
export async function enginePiece(): Promise<Piece> {
  const sources = ["go.mod", "go.sum"].map((file) => join(engineModule, file));
  return { name: "engine", version: ENGINE.version, key: await keyOf(sources, buildWords(variables)) };
}

/** What is put on the PATH: the binary with our language host beside it. */
export async function binPiece(): Promise<Piece> {
  const { key } = await enginePiece();
  return { name: "bin", version: ENGINE.version, key: await keyOf([languageHost], [key]) };
}

export async function installRelease(cache: string, platform: string, say: Say): Promise<string> {
  const { directory } = await ensurePiece(cache, await releasePiece(platform), say, async (into) => {
    await fetchRelease(into, ENGINE.version, platform, say);
  });
  return directory;
}

/**
 * Builds the engine, or takes it from the cache, and puts our language host beside it.
 * @returns the directory for the PATH
 */
export async function installFromModules(cache: string, say: Say): Promise<string> {
  const engine = await ensurePiece(cache, await enginePiece(), say, async (into) => {
    await checkBuilder(cache);
    const output = join(into, "pulumi");
    await goBuild({ directory: engineModule, package: ENGINE.package, output, variables }, say);
  });
  const bin = await ensurePiece(cache, await binPiece(), say, async (into) => {
    const binary = join(engine.directory, "pulumi");
    // A link, so that the engine finds itself beside its language host; a copy where links are not possible.
    await link(binary, join(into, "pulumi")).catch(() => copyFile(binary, join(into, "pulumi")));
    await cp(languageHost, join(into, "language-host"), { recursive: true });
    for (const program of ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
      await cp(join(languageHost, program), join(into, program));
      await chmod(join(into, program), 0o755);
    }
  });
  return bin.directory;
}
