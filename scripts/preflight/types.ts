import type { StackConfig } from "../../config/index.ts";
import type { Session } from "../../openstack/session.ts";
import type { QuobyteClient } from "../../quobyte/client.ts";

/** What a check came to. `not checked` is never taken for `ok`: it says what keeps it from being known. */
export type Result = "ok" | "failed" | "not checked";

export interface Judgement {
  readonly result: Result;
  /** What was found, as a sentence without a full stop. */
  readonly says: string;
  /** What to do next; for everything but `ok`. */
  readonly next?: string;
}

/** What a check may look at. */
export interface PreflightContext {
  readonly stack: StackConfig;
  /** Entry of clouds.yaml of the operator, or of the zone's domain. */
  readonly entry: string;
  /** Entries for the zone's areas; empty for the operator's stacks. */
  readonly areaEntries: readonly string[];
  /** A session for an entry, opened once. */
  session(entry: string): Promise<Session>;
  /** A client for an entry of quobyte.yaml, and the address that it has there. */
  cluster(entry: string): Promise<{ readonly url: string; readonly client: QuobyteClient }>;
}

/** One question to a real cloud: what it fetches and how that is judged stand apart, so that every judgement is tested without a cloud. */
export interface Check<Facts = unknown> {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  /** Whose stacks it is for; for the others the reason why it is not checked, or `skip`. */
  readonly applies: Readonly<Record<StackConfig["kind"], true | "skip" | { readonly because: string }>>;
  fetch(context: PreflightContext): Promise<Facts>;
  judge(facts: Facts, context: Pick<PreflightContext, "stack">): Judgement;
}

export interface CheckReport extends Judgement {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
}

export const ok = (says: string): Judgement => ({ result: "ok", says });
export const failed = (says: string, next: string): Judgement => ({ result: "failed", says, next });
export const notChecked = (says: string, next: string): Judgement => ({ result: "not checked", says, next });

/** The first entry that is scoped to a project: what services other than Keystone want. */
export const projectEntry = ({ entry, areaEntries }: PreflightContext): string => areaEntries[0] ?? entry;
