import type { Answer, FakeCloud } from "./cloud.ts";

export interface FakeObject {
  name: string;
  version_id?: string;
}

interface FakeContainer {
  /** Header names in lower case. */
  headers: Record<string, string>;
  objects: FakeObject[];
}

const KEPT = /^x-(container|account)-(meta-.+|read|write|sync-to|sync-key)$|^x-versions-enabled$/;

/** Containers as Swift serves them to a member of the project `home`. */
export class FakeSwift {
  readonly containers = new Map<string, FakeContainer>();
  account: Record<string, string> = {};

  constructor(cloud: FakeCloud) {
    const root = "/v1/AUTH_home";
    const gone: Answer = [404, "<html>Not Found</html>"];
    const keep = (into: Record<string, string>, headers: Readonly<Record<string, unknown>>): void => {
      for (const [name, value] of Object.entries(headers).filter(([name]) => KEPT.test(name)))
        if (value === "") Reflect.deleteProperty(into, name);
        else into[name] = String(value);
    };
    const of = (name: string | undefined): FakeContainer | undefined => this.containers.get(name ?? "");
    cloud.on("HEAD", root, () => [204, undefined, this.account]);
    cloud.on("POST", root, ({ headers }) => {
      keep(this.account, headers);
      return [204];
    });
    cloud.on("HEAD", `${root}/:name`, ({ p }) => {
      const found = of(p.name);
      return found ? [204, undefined, found.headers] : gone;
    });
    cloud.on("PUT", `${root}/:name`, ({ p, headers }) => {
      const made = of(p.name) ?? { headers: {}, objects: [] };
      keep(made.headers, headers);
      this.containers.set(p.name ?? "", made);
      return [201];
    });
    cloud.on("POST", `${root}/:name`, ({ p, headers }) => {
      const found = of(p.name);
      if (!found) return gone;
      keep(found.headers, headers);
      return [204];
    });
    cloud.on("GET", `${root}/:name`, ({ p }) => {
      const found = of(p.name);
      return found ? [200, found.objects] : gone;
    });
    cloud.on("DELETE", `${root}/:name/:object`, ({ p, query }) => {
      const found = of(p.name);
      if (!found) return gone;
      const name = decodeURIComponent(p.object ?? "");
      found.objects = found.objects.filter(
        (one) => one.name !== name || (one.version_id ?? "null") !== (query["version-id"] ?? "null"),
      );
      return [204];
    });
    cloud.on("DELETE", `${root}/:name`, ({ p }) => {
      const found = of(p.name);
      if (!found) return gone;
      if (found.objects.length > 0) return [409, "There was a conflict"];
      this.containers.delete(p.name ?? "");
      return [204];
    });
  }

  headersOf(name: string): Record<string, string> {
    const found = this.containers.get(name);
    if (!found) throw new Error(`no container ${name}`);
    return found.headers;
  }
}
