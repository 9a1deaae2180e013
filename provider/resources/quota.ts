import { z } from "zod";
import type { Service } from "../../openstack/index.ts";
import { id, limit } from "../fields.ts";
import type { Call, Kind } from "../resource.ts";
import { defineKind, sortedSet } from "../resource.ts";
import type { Props } from "../wire.ts";

/** Limits by input, with the service's name of each. */
export type LimitNames = Readonly<Record<string, string>>;

/** Limits as a service tells them, by its own names. */
export type LiveLimits = Readonly<Record<string, unknown>>;

/** Limits of one type within the project's: the type under `key`, and its limits. */
type TypeQuota = Readonly<Record<string, unknown>>;

const limitInputs = <L extends LimitNames>(names: L): Record<keyof L & string, typeof limit> =>
  Object.fromEntries(Object.keys(names).map((name) => [name, limit])) as Record<keyof L & string, typeof limit>;

export const toLive = (names: LimitNames, values: Readonly<Record<string, unknown>>): LiveLimits =>
  Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, values[ours]]));

export const fromLive = (names: LimitNames, live: LiveLimits): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [ours, live[theirs] ?? undefined]));

/** Where a service keeps the limits of projects, and how it takes them. */
interface QuotaApi {
  readonly service: Service;
  /** As errors name it: `network` makes "the network quota". */
  readonly title: string;
  readonly path: string;
  /** Key around the limits. */
  readonly envelope: string;
  /**
   * The service refuses a limit below what is in use unless it is forced. The engine lowers a quota before it deletes what was in it,
   * so it is; clouds that never refuse may not know the word. @default false
   */
  readonly force?: boolean;
  /** The newest microversion that knows all the limits. @default - the newest does */
  readonly atMost?: string;
  /** What it answers where the project is gone. @default [404] */
  readonly gone?: readonly number[];
  /** Next step where limits are refused. */
  readonly next?: string;
}

/** One project's limits in one service. `query` narrows them to a type where the service keeps those apart. */
class ProjectQuota {
  readonly #call: Call;
  readonly #api: QuotaApi;
  readonly #projectId: string;

  constructor(call: Call, api: QuotaApi, projectId: string) {
    this.#call = call;
    this.#api = api;
    this.#projectId = projectId;
  }

  get #path(): string {
    return `${this.#api.path}/${this.#projectId}`;
  }

  #options(verb: string, query: Record<string, string> = {}) {
    const { title, atMost } = this.#api;
    const of = Object.values(query).map((value) => ` for ${value}`);
    return {
      query,
      what: `${verb} the ${title} quota of project ${this.#projectId}${of.join("")}`,
      ...(atMost === undefined ? {} : { atMost }),
    };
  }

  async put(limits: LiveLimits, query?: Record<string, string>): Promise<void> {
    const { service, envelope, force, next } = this.#api;
    const send = (body: LiveLimits, expect: readonly number[]) =>
      this.#call.session.request(service, "PUT", this.#path, {
        ...this.#options("set", query),
        body: { [envelope]: body },
        expect,
        ...(next === undefined ? {} : { next }),
      });
    const forced = force ? await send({ ...limits, force: true }, [400]) : undefined;
    if (forced === undefined || forced.status === 400) await send(limits, []);
  }

  /** Undefined where the service knows no such project. */
  async get(query?: Record<string, string>): Promise<LiveLimits | undefined> {
    const { service, envelope, gone = [404] } = this.#api;
    const { status, body } = await this.#call.session.request<Record<string, LiveLimits>>(service, "GET", this.#path, {
      ...this.#options("read", query),
      expect: gone,
    });
    return gone.includes(status) ? undefined : body[envelope];
  }

  /** Gives the cloud's defaults back. */
  async reset(query?: Record<string, string>): Promise<void> {
    const options = { ...this.#options("remove", query), expect: [404] };
    await this.#call.session.request(this.#api.service, "DELETE", this.#path, options);
  }
}

/** How a service keeps limits of types (volume types, share types) beside the project's. */
export interface TypeLimits {
  /** The input that holds them: `shareTypeQuotas`. */
  readonly input: string;
  /** What one is called in it: `shareType`. */
  readonly key: string;
  /** As people call it: `share type`. */
  readonly what: string;
  readonly limits: LimitNames;
  /** Sets all limits: the project's, those of the types, and those of types that are `gone` from the list. */
  set(quota: ProjectQuota, project: LiveLimits, types: readonly TypeQuota[], gone: readonly string[]): Promise<void>;
  /** Limits of types as they are. @param known types that the state names */
  read(quota: ProjectQuota, live: LiveLimits, known: readonly string[]): Promise<readonly TypeQuota[]>;
  /** Resets what the reset of the project leaves. */
  reset(quota: ProjectQuota, known: readonly string[]): Promise<void>;
}

const typeList = ({ key, what, limits }: TypeLimits) =>
  z
    .array(z.strictObject({ [key]: z.string(`must be the name or id of a ${what}`).min(1), ...limitInputs(limits) }))
    .refine((list) => new Set(list.map((one) => one[key])).size === list.length, `must name each ${what} once`)
    .transform(sortedSet)
    .default([]);

interface QuotaSpec extends QuotaApi {
  readonly module: string;
  readonly name: string;
  readonly summary: string;
  readonly limits: LimitNames;
  readonly types?: TypeLimits;
}

/** A kind that owns all limits of a project in one service; delete gives the cloud's defaults back. */
export function quotaKind(spec: QuotaSpec): Kind<Call> {
  const { module, name, summary, limits, types } = spec;
  const listed = (props: Props): readonly TypeQuota[] =>
    types === undefined ? [] : ((props[types.input] ?? []) as readonly TypeQuota[]);
  const namesOf = (props: Props): readonly string[] => listed(props).map((one) => String(one[types?.key ?? ""]));
  const set = async (call: Call, projectId: string, wanted: Props, old: Props): Promise<void> => {
    const quota = new ProjectQuota(call, spec, projectId);
    const project = toLive(limits, wanted);
    const kept = new Set(namesOf(wanted));
    if (types === undefined) await quota.put(project);
    else
      await types.set(
        quota,
        project,
        listed(wanted),
        namesOf(old).filter((type) => !kept.has(type)),
      );
  };
  return defineKind({
    ...{ module, name, summary },
    inputs: z.object({
      projectId: id("a project"),
      ...limitInputs(limits),
      ...(types && { [types.input]: typeList(types) }),
    }),
    replaceOn: ["projectId"],
    create: async (call, wanted) => {
      await set(call, wanted.projectId, wanted, {});
      return { id: wanted.projectId };
    },
    read: async (call, projectId, state) => {
      const quota = new ProjectQuota(call, spec, projectId);
      const live = await quota.get();
      if (live === undefined) return undefined;
      const perType = await types?.read(quota, live, namesOf(state));
      return { projectId, ...fromLive(limits, live), ...(types && { [types.input]: sortedSet(perType ?? []) }) };
    },
    update: async (call, projectId, wanted, state) => {
      await set(call, projectId, wanted, state);
      return undefined;
    },
    delete: async (call, projectId, state) => {
      const quota = new ProjectQuota(call, spec, projectId);
      await types?.reset(quota, namesOf(state));
      await quota.reset();
    },
  });
}
