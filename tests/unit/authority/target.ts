import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { AuthorityClient } from "../../../authority/client.ts";
import { Transport } from "../../../openstack/transport.ts";
import { FakeAuthority } from "./fake.ts";

/** Where an authority is, and what may do everything there. */
export interface Place {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
}

/** An authority with a PKI engine of the tests alone. */
export interface Target extends Place {
  readonly client: AuthorityClient;
  readonly mount: string;
  /** What somebody says to it by hand. */
  readonly ask: (method: string, path: string, body?: object, token?: string) => Promise<Said>;
  readonly stop: () => Promise<void>;
}

export interface Said {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** Of a token that was made. */
  readonly auth: Readonly<Record<string, unknown>>;
  readonly errors: string;
  /** Of the authority itself, where it was asked how it is. */
  readonly version: string;
}

/** The authority that TRESOR_AUTHORITY_URL, TRESOR_AUTHORITY_CA (a file) and TRESOR_AUTHORITY_TOKEN name; undefined where they are not set. */
export function placeOfEnvironment(env: NodeJS.ProcessEnv = process.env): Place | undefined {
  const { TRESOR_AUTHORITY_URL: url, TRESOR_AUTHORITY_CA: file, TRESOR_AUTHORITY_TOKEN: token } = env;
  return url && file && token ? { url, token, ca: readFileSync(file, "utf8") } : undefined;
}

function speaking(place: Place, transport: Transport): Target["ask"] {
  return async (method, path, body, token = place.token) => {
    const { status, text } = await transport.send({
      ...{ method, url: `${place.url}/v1/${path}`, timeout: 30_000 },
      headers: { "X-Vault-Token": token, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const said = (text === "" ? {} : JSON.parse(text)) as Partial<Said> & { readonly errors?: readonly string[] };
    return {
      status,
      data: said.data ?? {},
      auth: said.auth ?? {},
      errors: (said.errors ?? []).join("; "),
      version: said.version ?? "",
    };
  };
}

const clientOf = ({ url, token, ca }: Place): AuthorityClient =>
  new AuthorityClient({ name: "main", url, token, ca, wait: () => Promise.resolve() });

/** The simulator of this process: it knows roles and policies, and signs nothing. */
export async function simulated(): Promise<Target> {
  const fake = await new FakeAuthority().start();
  const transport = new Transport({ verify: true, ca: fake.ca });
  const { url, ca, token } = fake;
  const stop = async (): Promise<void> => {
    transport.close();
    await fake.stop();
  };
  return { ...{ url, ca, token, mount: "pki-clinics", stop }, ask: speaking(fake, transport), client: clientOf(fake) };
}

/** A real one: a mount with a signing certificate of its own, taken away at the end. */
export async function mounted(place: Place): Promise<Target> {
  const transport = new Transport({ verify: true, ca: place.ca });
  const ask = speaking(place, transport);
  const mount = `tresor-test-${randomBytes(4).toString("hex")}`;
  const demand = async (method: string, path: string, body?: object): Promise<void> => {
    const { status, errors } = await ask(method, path, body);
    if (status > 299) throw new Error(`${method} ${path}: ${status} ${errors}`);
  };
  await demand("POST", `sys/mounts/${mount}`, { type: "pki", config: { max_lease_ttl: "8760h" } });
  const root = { common_name: "Signer of the tests", key_type: "ec", key_bits: 256, ttl: "8760h" };
  await demand("POST", [mount, "root", "generate", "internal"].join("/"), root);
  const stop = async (): Promise<void> => {
    await demand("DELETE", `sys/mounts/${mount}`);
    transport.close();
  };
  return { ...place, mount, stop, ask, client: clientOf(place) };
}
