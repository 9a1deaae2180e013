import { isMap, parseDocument, type Document } from "yaml";
import { UserError } from "../../config/problem.ts";
import { pipelineUserName, placeName } from "../../plan/names.ts";
import type { KeystoneAddress } from "./keystone.ts";

/** Who logs in, for the entries of one zone. */
export interface ZoneIdentity {
  readonly zone: string;
  /** Prefix of the entries. */
  readonly prefix: string;
  readonly areas: readonly string[];
  readonly password: string;
  readonly address: KeystoneAddress;
}

/** One entry for the domain and one for each area's project, as openstacksdk and Terraform read them. */
export function entriesOf({ zone, prefix, areas, password, address }: ZoneIdentity): Readonly<Record<string, object>> {
  const auth = {
    auth_url: `${address.authUrl}/v3`,
    username: pipelineUserName(zone),
    user_domain_name: zone,
    password,
  };
  const common = {
    ...(address.region === undefined ? {} : { region_name: address.region }),
    interface: address.interface ?? "public",
    identity_api_version: 3,
    ...(address.cacert === undefined ? {} : { cacert: address.cacert }),
  };
  const inArea = (area: string): object => ({
    auth: { ...auth, project_name: placeName(zone, area), project_domain_name: zone },
    ...common,
  });
  return {
    [prefix]: { auth: { ...auth, domain_name: zone }, ...common },
    ...Object.fromEntries(areas.map((area) => [placeName(prefix, area), inArea(area)])),
  };
}

function documentOf(text: string, file: string): Document {
  const document = parseDocument(text);
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents))) {
    const line = document.errors[0]?.linePos?.[0];
    throw new UserError({
      what: `${file} is no valid YAML`, // never the line itself: it may hold a password
      ...(line && { position: { file, line: line.line, column: line.col } }),
      next: "mend it, or move it away",
    });
  }
  return document;
}

/** The file with these entries set anew; every other entry and all comments stay. */
export function withEntries(text: string, file: string, entries: Readonly<Record<string, object>>): string {
  const document = documentOf(text, file);
  if (document.contents === null) document.contents = document.createNode({}) as never;
  if (!isMap(document.get("clouds"))) document.set("clouds", document.createNode({}));
  for (const [name, entry] of Object.entries(entries)) document.setIn(["clouds", name], document.createNode(entry));
  return document.toString({ lineWidth: 0 });
}

/** True for a file that has an entry of this name. */
export const hasEntry = (text: string, file: string, name: string): boolean =>
  documentOf(text, file).hasIn(["clouds", name]);

/** The password and address of an entry; undefined where there is none. */
export function readEntry(
  text: string,
  file: string,
  name: string,
): (KeystoneAddress & { readonly password?: string }) | undefined {
  const clouds = (documentOf(text, file).toJS() as { clouds?: Record<string, unknown> } | null)?.clouds ?? {};
  if (!Object.hasOwn(clouds, name)) return undefined;
  const entry = clouds[name] as { auth?: Record<string, unknown> } & Record<string, unknown>;
  const string = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const authUrl = string(entry.auth?.["auth_url"])?.replace(/\/+$/, "").replace(/\/v3$/, "");
  if (authUrl === undefined) return undefined;
  const optional = {
    password: string(entry.auth?.["password"]),
    region: string(entry["region_name"]),
    cacert: string(entry["cacert"]),
    interface: string(entry["interface"]),
  };
  return {
    authUrl,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as object),
  };
}
