import { isDeepStrictEqual } from "node:util";
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  Provider,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/provider/index.js";
import { type Props, UNKNOWN, hasSecret, hasUnknown, rewrapLike, unwrapProps } from "../../../provider/wire.ts";

/** What an input must be; an unknown, as in a preview, passes. */
export interface InputRule {
  readonly kind: "string" | "number" | "boolean" | "strings" | "map" | "any";
  readonly required?: boolean;
}

/** One resource type of a stand-in. */
export interface StandInType {
  /** Inputs that are served. All others are refused, so that nothing is left undone without a word. */
  readonly inputs: Readonly<Record<string, InputRule>>;
  /** Outputs that are always secret. */
  readonly secrets?: readonly string[];
  /** Refusals that depend on more than one input; gets plain values, of which some may be `UNKNOWN`. */
  readonly refuse?: (inputs: Props) => readonly Failure[];
  /** The inputs as they will be recorded, for types that fill in defaults: a default is no change. */
  readonly settle?: (inputs: Props) => Props;
  /** Which of the changed inputs make a new resource; all, if left out. */
  readonly replaces?: (changed: readonly string[], news: Props) => readonly string[];
  /** Gets plain inputs and whether any was secret; gives plain outputs without the inputs. */
  readonly create: (inputs: Props, secret: boolean) => Promise<{ readonly id: string; readonly outputs: Props }>;
  readonly update?: (news: Props, olds: Props, secret: boolean) => Promise<Props>;
  readonly delete?: (state: Props, secret: boolean) => Promise<void>;
  /** Outputs that become secret as soon as any input is. */
  readonly tainted?: readonly string[];
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

const tests: Readonly<Record<InputRule["kind"], (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  map: (value) =>
    typeof value === "object" && value !== null && Object.values(value).every((item) => typeof item === "string"),
  any: () => true,
};

/** Version marks that SDKs put among the inputs, which are none. */
const isInternal = (key: string): boolean => key.startsWith("__") || key === "version" || key === "pluginDownloadURL";

/** Inputs that differ from the recorded ones; a value that is not known yet counts as different. */
function changedKeys({ inputs, settle }: StandInType, olds: Props, news: Props): readonly string[] {
  const settled = { ...news, ...settle?.(news) };
  return Object.keys(inputs).filter((key) => hasUnknown(news[key]) || !isDeepStrictEqual(olds[key], settled[key]));
}

/** Type token of a URN (`urn:pulumi:stack::project::parent$type::name`). */
const typeOf = (urn: string): string => (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";

/**
 * A provider that serves some types of an official plugin, with its ids, defaults and outputs. Secrets arrive wrapped: they
 * are unwrapped here once and wrapped again on the way out, so that types deal with plain values only.
 */
export class StandIn implements Provider {
  readonly version: string;
  readonly schema: string;
  /** Called when the user interrupts. */
  cancel?: () => Promise<void>;
  readonly #name: string;
  readonly #types: Readonly<Record<string, StandInType>>;

  constructor(name: string, version: string, types: Readonly<Record<string, StandInType>>) {
    this.#name = name;
    this.#types = types;
    this.version = version;
    this.schema = JSON.stringify({ name, version, resources: {} });
  }

  #type(urn: string): StandInType {
    const token = typeOf(urn);
    const type = this.#types[token];
    if (type) return type;
    throw new Error(
      `${token} is not served by the stand-in for the ${this.#name} plugin (served: ${Object.keys(this.#types).join(", ")}). ` +
        `Next: install the official plugin with pulumi plugin install resource ${this.#name} ${this.version}`,
    );
  }

  async check(urn: string, _olds: Props, news: Props): Promise<CheckResult> {
    const type = this.#type(urn);
    const plain = unwrapProps(news);
    const failures: Failure[] = [];
    for (const key of Object.keys(plain)) {
      const rule = type.inputs[key];
      const value = plain[key];
      if (isInternal(key)) continue;
      if (!rule)
        failures.push({
          property: key,
          reason: `is not served by the stand-in for ${this.#name}: install the official plugin`,
        });
      else if (!hasUnknown(value) && !tests[rule.kind](value))
        failures.push({ property: key, reason: `must be: ${rule.kind}` });
    }
    for (const [key, rule] of Object.entries(type.inputs))
      if (rule.required && plain[key] === undefined) failures.push({ property: key, reason: "is required" });
    if (failures.length === 0) failures.push(...(type.refuse?.(plain) ?? []));
    return { inputs: news, failures };
  }

  async diff(_id: string, urn: string, olds: Props, news: Props): Promise<DiffResult> {
    const type = this.#type(urn);
    const plain = unwrapProps(news);
    const changed = changedKeys(type, unwrapProps(olds), plain);
    const replaces = type.replaces ? type.replaces(changed, plain) : changed;
    return { changes: changed.length > 0, replaces: [...replaces], deleteBeforeReplace: false };
  }

  async create(urn: string, inputs: Props): Promise<CreateResult> {
    const type = this.#type(urn);
    const plain = unwrapProps(inputs);
    const { id, outputs } = await type.create(plain, hasSecret(inputs));
    return { id, outs: this.#wrap(type, { ...plain, ...outputs }, inputs) };
  }

  /** There is nothing outside the state to look at: what is recorded is given back as it came, secrets still wrapped. */
  async read(id: string, _urn: string, props: Props): Promise<ReadResult> {
    return { id, props };
  }

  async update(_id: string, urn: string, olds: Props, news: Props): Promise<UpdateResult> {
    const type = this.#type(urn);
    const plain = unwrapProps(news);
    const outputs = (await type.update?.(plain, unwrapProps(olds), hasSecret(news))) ?? {};
    return { outs: this.#wrap(type, { ...plain, ...outputs }, news) };
  }

  async delete(_id: string, urn: string, props: Props): Promise<void> {
    const plain = unwrapProps(props);
    await this.#type(urn).delete?.(plain, hasSecret(props));
  }

  #wrap(type: StandInType, outputs: Props, inputs: Props): Props {
    const tainted = hasSecret(inputs) ? (type.tainted ?? []) : [];
    return rewrapLike(
      outputs,
      inputs,
      [...(type.secrets ?? []), ...tainted].filter((key) => outputs[key] !== undefined),
    );
  }
}

/** A number input, or its default where it is absent or not known yet. */
export const numberOf = (value: unknown, fallback: number): number => (typeof value === "number" ? value : fallback);

/** A switch, or its default where it is absent or not known yet. */
export const switchOf = (value: unknown, fallback: boolean): boolean => (typeof value === "boolean" ? value : fallback);

export const isKnown = (value: unknown): boolean => value !== UNKNOWN;
