import type { Problem } from "../../config/problem.ts";
import { failureKind } from "../../openstack/index.ts";
import { adviseOnQuota, limitNamed } from "../../openstack/limits.ts";
import { PLAIN_KINDS, UNKNOWN_KIND, type PlainKind } from "./kinds.ts";
import { readPluginMessage, type PluginFailure } from "./plugin-message.ts";

interface Case {
  /** What it means, as the first words of the reason. */
  readonly means: string;
  readonly next: (kind: PlainKind, reason: string) => string;
}

const ENTRY = "the entry of clouds.yaml that this stack works with";

const CASES: Readonly<Record<string, Case>> = {
  taken: { means: "it is there already, made by something else than this stack", next: (kind) => kind.taken },
  busy: { means: "something else still uses it or works on it", next: (kind) => kind.busy },
  quota: {
    means: "the quota is used up",
    next: (kind, reason) => kind.quota ?? adviseOnQuota(reason),
  },
  "0": {
    means: "no answer came",
    next: ({ service }) =>
      `check that ${service} runs and that its address in the catalogue can be reached from here, then run \`pulumi up\` again`,
  },
  tls: {
    means: "the server's certificate is not trusted",
    next: () => `set cacert of ${ENTRY} to the CA's certificate file`,
  },
  waited: {
    means: "it did not become ready",
    next: ({ service }) => `see what ${service} says of it, remove it if it failed, then run \`pulumi up\` again`,
  },
  vanished: {
    means: "the plugin did not find it after it was made, or found it made by something else",
    next: (kind) => kind.taken,
  },
  catalogue: {
    means: "the catalogue of the cloud lists no such service",
    next: () => `correct region and interface of ${ENTRY}, or ask for the service`,
  },
  "400": { means: "the request is refused as wrong", next: () => "correct the value that is named" },
  "401": { means: "the credential is not accepted", next: () => `check user, password and scope of ${ENTRY}` },
  expired: { means: "the password must be changed first", next: () => "change it, and correct clouds.yaml" },
  "403": {
    means: "the credential may not do this",
    next: () => `let ${ENTRY} hold the role admin on its project: this half is the operator's`,
  },
  "404": {
    means: "what it belongs to is not there, or not visible to this credential",
    next: () => "after a deletion by hand run `pulumi refresh`, then `pulumi up`",
  },
  "413": { means: "it is over a limit", next: (kind, reason) => kind.quota ?? adviseOnQuota(reason) },
  "429": { means: "there are too many requests", next: () => "wait a minute, then run `pulumi up` again" },
  server: {
    means: "the service failed",
    next: ({ service }) => `run \`pulumi up\` again; if it fails again, look at the log of ${service}`,
  },
  other: { means: "the plugin failed", next: () => "see the plugin's words" },
};

const BUSY =
  /in use|still|being|has (one or more|ports|volumes|members)|not empty|attached|pending|busy|locked|protected|must be (disabled|available)/i;
const TAKEN = /already|duplicate|two (projects|domains)|same name|exists|conflict occurred|vlan .* (is|are) in use/i;
const WAITED = /timeout while waiting|waiting for .* to (become|delete)|unexpected state/i;

function caseOf({ status, reason }: PluginFailure, operation: string): string {
  if (status === undefined) {
    if (/expected non-nil error with nil state/i.test(reason)) return "vanished";
    if (/no suitable (service|endpoint)/i.test(reason)) return "catalogue";
    return WAITED.test(reason) ? "waited" : "other";
  }
  const kind = failureKind({ status, message: reason });
  if (kind === "quota" || (status !== 400 && status !== 409)) return kind;
  // Cinder and Glance tell some conflicts as 400. What is deleted is never in the way of itself.
  if (operation !== "delete" && TAKEN.test(reason)) return "taken";
  return status === 409 || BUSY.test(reason) ? "busy" : "400";
}

/** Without what a service repeats of the values it refuses, where the resource has a secret among them. */
const withoutValues = (reason: string): string =>
  /password|secret|credential|value:/i.test(reason)
    ? reason.replace(/(["'`]).*\1/g, "[...]").replace(/value:.*$/i, "value: [...]")
    : reason;

/**
 * One sentence for an error of the OpenStack plugin.
 * @param type the plugin's token: `openstack:identity/project:Project`
 * @param name the resource's name in the stack
 * @param operation `create`, `update` or `delete`
 * @param message as the plugin gave it; of bodies in it only the service's own message is used, of addresses scheme, host and port
 */
export function explainPluginError(type: string, name: string, operation: string, message: string): Problem {
  const kind = PLAIN_KINDS[type] ?? UNKNOWN_KIND;
  const failure = readPluginMessage(message);
  const found = caseOf(failure, operation);
  const { means: general, next } = CASES[found] ?? (CASES.other as Case);
  const limit = found === "quota" ? limitNamed(failure.reason) : undefined;
  const means = limit === undefined ? general : general.replace("quota", `quota of ${limit}`);
  const reason = withoutValues(failure.reason);
  const source = failure.status ? `${kind.service} answered ${failure.status}` : undefined;
  const said = [source, reason].filter(Boolean).join(": ");
  return {
    what: `cannot ${operation} ${kind.noun} "${name}"`,
    why: said === "" ? means : `${means} (${said})`,
    next: next(kind, reason),
  };
}

const TRANSIENT = new Set([502, 503, 504]);

/**
 * True if the operation may be made again at once: nothing was carried out, or doing it twice is doing it once. An object that is
 * half made is never made again, for the engine would lose the first.
 */
export function mayRepeatOperation(type: string, operation: string, message: string): boolean {
  const { method = "", status } = readPluginMessage(message);
  if (status === undefined || failureKind({ status, message }) === "tls") return false;
  // The call that makes the object, and none of those that follow.
  const first = operation !== "create" || /Error creating (openstack_\w+|Image)( \S+)?: /.test(message);
  if (status === 429) return first;
  if (status !== 0 && !TRANSIENT.has(status)) return false;
  if (operation === "create") return first && method === "PUT" && PLAIN_KINDS[type]?.made === "PUT";
  return method === "GET" || method === "PUT" || method === "DELETE";
}
