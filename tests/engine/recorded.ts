import { createHash } from "node:crypto";

/**
 * What stood in a cloud at a release: states of its stacks, their files, and what the cloud answers to look-ups. Ids are made up, times
 * and places of the machine are gone, and no secret is in it.
 */
export interface Recorded {
  /** The release whose program made it. */
  readonly version: string;
  /** Name of the zone's own stack. */
  readonly zone: string;
  readonly stacks: Readonly<Record<string, RecordedStack>>;
  /** Other files of the operator's site directory, such as the ledger. */
  readonly files: Readonly<Record<string, string>>;
  readonly answers: Answers;
}

export interface RecordedStack {
  /** `Pulumi.<stack>.yaml` */
  readonly file: string;
  /** As `pulumi stack import` takes it. */
  readonly state: { readonly version: number; readonly deployment: Deployment };
}

export interface Deployment {
  readonly resources: readonly StateResource[];
  readonly [key: string]: unknown;
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly [key: string]: unknown;
}

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** Lists as the APIs give them, only with what look-ups read. */
export interface Answers {
  readonly user: { readonly id: string; readonly domain: string; readonly project: string };
  readonly operator: { readonly id: string; readonly domain: string; readonly project: string };
  readonly lists: Readonly<Record<(typeof LISTS)[number][0], readonly Row[]>>;
}

/** What look-ups ask for: name of the list in the answer, service, path, query of the operator, fields that are kept. */
export const LISTS = [
  ["projects", "identity", "/projects", {}, ["id", "name", "domain_id"]],
  ["roles", "identity", "/roles", {}, ["id", "name"]],
  ["networks", "network", "/networks", {}, ["id", "name", "project_id", "router:external"]],
  ["security_groups", "network", "/security-groups", { name: "default" }, ["id", "name", "project_id"]],
  ["routers", "network", "/routers", {}, ["id", "name", "project_id", "external_gateway_info"]],
  ["flavors", "compute", "/flavors/detail", { is_public: "None" }, ["id", "name", "extra_specs"]],
  ["volume_types", "block-storage", "/types", { is_public: "None" }, ["id", "name"]],
  ["share_types", "shared-file-system", "/types", { is_public: "all" }, ["id", "name"]],
  ["images", "image", "/images", {}, undefined],
] as const;

const ID = /\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})\b/g;
/** The engine's word for a secret, with its value in the clear where it was asked for. */
const SECRET = "4dabf18193072939515e22adb298388d";
const SECRET_VALUE = "1b47061264138c4ac30d75fd1eb44270";
/** Gives ids that say nothing, the same for the same id in whichever form it is written. */
export function scrubber(): (text: string) => string {
  const known = new Map<string, number>();
  const fixed = new Set([SECRET, SECRET_VALUE]);
  return (text) =>
    text.replaceAll(ID, (id) => {
      if (fixed.has(id)) return id;
      const key = id.replaceAll("-", "");
      if (!known.has(key)) known.set(key, known.size + 1);
      // Hashed only so that no id is the beginning of another one.
      const made = createHash("sha256")
        .update(`id ${known.get(key)}`)
        .digest("hex")
        .slice(0, 32);
      return id.includes("-") ? made.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") : made;
    });
}

const TIME = "2026-01-01T00:00:00Z";

/** With each secret replaced by a word. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  const object = value as Record<string, unknown>;
  if (object[SECRET] === SECRET_VALUE) return { [SECRET]: SECRET_VALUE, plaintext: JSON.stringify("a secret") };
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/** A state without its secrets, and without what belongs to its machine and its moment. */
export function withoutPlace({ resources, manifest, ...rest }: Deployment): Deployment {
  const { secrets_providers: _providers, metadata: _metadata, ...kept } = rest;
  return {
    ...kept,
    manifest: { ...(manifest as object), time: TIME },
    resources: resources.map((resource) => {
      const { inputs, outputs, created: _created, modified: _modified, ...rest } = resource;
      const { sourcePosition: _source, stackTrace: _trace, ...own } = rest as StateResource;
      return {
        ...own,
        ...(inputs === undefined ? {} : { inputs: withoutSecrets(inputs) }),
        ...(outputs === undefined ? {} : { outputs: withoutSecrets(outputs) }),
      };
    }),
  };
}

/** What holds data, or is lost with all that is in it. */
export const LASTING = /:(Volume|Share|Project|Domain|Network|Subnet|User|Group|Key|Secret|Router)$/;

/** One step of `pulumi preview --json`. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly replaceReasons?: readonly string[];
  /** Its name before, where an alias leads to it. */
  readonly oldState?: { readonly urn: string };
}

/** Steps of an upgrade that would take a lasting thing away: it goes, is made anew, or is no longer named. */
export function losses(state: Deployment, steps: readonly Step[]): readonly string[] {
  const lasting = state.resources.filter(({ type }) => LASTING.test(type));
  return lasting.flatMap(({ urn, type }) => {
    const name = `${type} ${urn.split("::").at(-1)}`;
    const own = steps.filter((step) => step.urn === urn || step.oldState?.urn === urn);
    const ops = own.map(({ op }) => op).filter((op) => op !== "same" && op !== "update");
    const why = [...new Set(own.flatMap(({ replaceReasons = [] }) => replaceReasons))].join(", ");
    if (ops.length > 0) return `${name}: ${ops.join(", ")}${why && ` (${why})`}`;
    return own.length === 0 ? `${name}: not in the preview` : [];
  });
}
