// Finds the @pulumi/pulumi that a program uses and the protocol definitions that it ships.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const MANIFEST = "@pulumi/pulumi/package.json";

/** The `main` of the nearest Pulumi.yaml: a site directory's program lies elsewhere, in the package that it installed. */
function mainOfProject(directory) {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const file = join(at, "Pulumi.yaml");
    if (existsSync(file)) {
      const main = /^main:\s*(?:"([^"]+)"|'([^']+)'|([^#\n]+))/m.exec(readFileSync(file, "utf8"));
      const path = (main?.[1] ?? main?.[2] ?? main?.[3])?.trim();
      return path ? dirname(resolve(at, path)) : undefined;
    }
    if (at === dirname(at)) return undefined;
  }
}

/**
 * A directory as it was named, and where it really is: a program that is reached through a link has its dependencies beside
 * the link's target (as Node itself sees it), or above the link.
 */
export function bothWays(directory) {
  try {
    return [...new Set([realpathSync(directory), resolve(directory)])];
  } catch {
    return [resolve(directory)];
  }
}

/**
 * A `require` that sees the packages of the first directory, or one above it, where @pulumi/pulumi is installed.
 * TRESOR_SDK_DIR is the last resort for commands outside a project.
 */
export function requireOf(directories) {
  const named = [...directories, mainOfProject(process.cwd()), process.env.TRESOR_SDK_DIR];
  const candidates = named.filter(Boolean).flatMap(bothWays);
  for (const directory of candidates) {
    const require = createRequire(join(directory, "program.js"));
    try {
      require.resolve(MANIFEST);
      return require;
    } catch {
      // The next one may have it.
    }
  }
  throw new Error(
    `@pulumi/pulumi is not installed in ${candidates.join(" or ")} nor above. Next: run npm install there.`,
  );
}

/** gRPC and the messages that the host speaks, and the SDK's version. */
export function loadProtocol(directories) {
  const sdk = createRequire(requireOf(directories).resolve(MANIFEST));
  return {
    grpc: sdk("@grpc/grpc-js"),
    language: sdk("@pulumi/pulumi/proto/language_pb.js"),
    plugin: sdk("@pulumi/pulumi/proto/plugin_pb.js"),
    empty: sdk("google-protobuf/google/protobuf/empty_pb.js"),
    LanguageRuntimeService: sdk("@pulumi/pulumi/proto/language_grpc_pb.js").LanguageRuntimeService,
    version: sdk(MANIFEST).version,
  };
}
