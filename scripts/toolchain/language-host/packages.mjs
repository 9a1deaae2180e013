// What is installed around a program: the plugins that its SDKs need, and its dependencies.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { bothWays } from "./sdk.mjs";

const directories = (path) => (existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : []);

/** Manifests of all packages in node_modules directories at and above a directory; the nearest of each name wins. */
function installed(directory) {
  const found = new Map();
  for (let at = bothWays(directory)[0]; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    const names = directories(modules).flatMap((name) =>
      name.startsWith("@") ? directories(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
    for (const name of names) {
      const file = join(modules, name, "package.json");
      if (!found.has(name) && existsSync(file)) found.set(name, JSON.parse(readFileSync(file, "utf8")));
    }
    if (at === dirname(at)) return [...found.values()];
  }
}

/** Every installed SDK names its plugin; its version must carry exactly one "v", while manifests hold both spellings. */
export function requiredPackages(call, { language, plugin }) {
  const response = new language.GetRequiredPackagesResponse();
  for (const manifest of installed(call.request.getInfo().getProgramDirectory())) {
    const { pulumi, name, version } = manifest;
    if (!pulumi?.resource) continue;
    const dependency = new plugin.PackageDependency();
    dependency.setKind("resource");
    dependency.setName(pulumi.name ?? name.replace(/^@[^/]*\//, ""));
    dependency.setVersion(`v${(pulumi.version ?? version).replace(/^v/, "")}`);
    if (pulumi.server) dependency.setServer(pulumi.server);
    response.addPackages(dependency);
  }
  return response;
}

export function programDependencies(call, { language }) {
  const response = new language.GetProgramDependenciesResponse();
  for (const { name, version } of installed(call.request.getInfo().getProgramDirectory())) {
    if (!name || !version) continue;
    const dependency = new language.DependencyInfo();
    dependency.setName(name);
    dependency.setVersion(version);
    response.addDependencies(dependency);
  }
  return response;
}
