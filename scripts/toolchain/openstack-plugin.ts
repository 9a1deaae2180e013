import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MANIFEST, type Piece, ensurePiece, keyOf } from "./cache.ts";
import { buildWords, checkBuilder, goBuild } from "./go.ts";
import { installFile } from "./pulumi-plugins.ts";
import { asset } from "./root.ts";
import { OPENSTACK_VERSION } from "./versions.ts";

const source = asset("scripts/toolchain/openstack-plugin");
const variables = { "main.Version": OPENSTACK_VERSION };
const OPENSTACK_BINARY = "pulumi-resource-openstack";

/** What the binary is made from; the generator and its stubs are not part of it. */
export async function openstackPiece(): Promise<Piece> {
  const inputs = ["go.mod", "go.sum", "main.go", "schema.json", "bridge"].map((file) => join(source, file));
  return { name: "openstack", version: OPENSTACK_VERSION, key: await keyOf(inputs, buildWords(variables)) };
}

/**
 * Builds the plugin, or takes it from our cache, and installs it into Pulumi's plugin cache. The manifest goes along, so that
 * it can be verified where it is used and told from an official one.
 */
export async function installOpenstack(
  cache: string,
  pulumi: string,
  env: NodeJS.ProcessEnv,
  say: (what: string) => void,
): Promise<void> {
  const piece = await openstackPiece();
  const { directory } = await ensurePiece(cache, piece, say, async (into) => {
    await checkBuilder(cache);
    await goBuild({ directory: source, package: ".", output: join(into, OPENSTACK_BINARY), variables }, say);
  });
  say("installing into Pulumi's plugin cache");
  // Pulumi moves or copies what it is given: it gets a copy of its own.
  const staging = await mkdtemp(join(tmpdir(), "tresor-plugin-"));
  try {
    for (const file of [OPENSTACK_BINARY, MANIFEST]) await copyFile(join(directory, file), join(staging, file));
    await installFile(pulumi, { name: "openstack", version: OPENSTACK_VERSION }, staging, env);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
