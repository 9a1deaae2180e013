import * as pulumi from "@pulumi/pulumi";
import { isSecret, unwrap, type Props } from "../../provider/wire.ts";

/** A resource as the engine was told of it, components included. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** False for a component. */
  readonly custom: boolean;
  /** Without wrapping of secrets. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that were handed over as secrets. */
  readonly secretInputs: readonly string[];
  /** URN of the parent; empty for the stack's own children. */
  readonly parent: string;
  /** Name of the explicit provider, which is the `clouds.yaml` entry; empty for a default provider. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly importId: string;
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  /** URNs of what must be there first. */
  readonly dependencies: readonly string[];
  /** Names of the hooks that are asked about its errors. */
  readonly errorHooks: readonly string[];
  /** Names and types that it had before. */
  readonly aliases: readonly { readonly name: string; readonly type: string }[];
}

/** What a register request of the engine's protocol offers, as far as it is read here. */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Props } | undefined;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
  getImportid(): string;
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getDependenciesList(): string[];
  getHooks(): { getOnErrorList(): string[] } | undefined;
  getAliasesList(): { getSpec(): { getName(): string; getType(): string } | undefined }[];
}
interface Response {
  getUrn(): string;
}
type Callback = (error: unknown, response: Response) => void;
interface Monitor {
  registerResource(request: Request, callback: Callback): Promise<void>;
  registerErrorHook?(request: unknown, callback: (error: unknown) => void): void;
}

/** `urn::id` of a provider to its name. */
const providerName = (reference: string): string => reference.split("::").at(-2) ?? "";

function recorded(request: Request, urn: string): Registered {
  const raw = request.getObject()?.toJavaScript() ?? {};
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    custom: request.getCustom(),
    inputs: unwrap(raw) as Record<string, unknown>,
    secretInputs: Object.keys(raw).filter((key) => isSecret(raw[key])),
    parent: request.getParent(),
    provider: providerName(request.getProvider()),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    importId: request.getImportid(),
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    dependencies: request.getDependenciesList(),
    errorHooks: request.getHooks()?.getOnErrorList() ?? [],
    aliases: request.getAliasesList().map((alias) => ({
      name: alias.getSpec()?.getName() || request.getName(),
      type: alias.getSpec()?.getType() || request.getType(),
    })),
  };
}

/** What only the cloud tells, for those who read it. */
const TOLD: Readonly<Record<string, object>> = {
  "random:index/randomPassword:RandomPassword": { result: "one-time" },
  "tresor:share:ExportPath": { path: "192.0.2.10:/shares/8e2f", options: "fs=cephfs" },
};

/**
 * Runs a program against mocks in place of the engine and gives every resource that it registered, options included: the SDK's own
 * mocks show inputs only, so the request itself is read. Ids are `<name>-id`.
 */
export async function runUnderMocks<T>(
  program: () => T,
): Promise<{ readonly resources: readonly Registered[]; readonly result: T }> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: `${name}-id`,
        state: { ...(inputs as object), ...TOLD[type] },
      }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "tresor",
    "test",
    false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  // The SDK's mocks know no hooks; the engine answers nothing but "done".
  monitor.registerErrorHook = (_request, callback) => callback(null);
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    original(request, (error, response) => {
      if (!error) resources.push(recorded(request, response.getUrn()));
      callback(error, response);
    });
  const result = program();
  // Waits for every registration that is under way, and for those that they lead to.
  await pulumi.runtime.disconnect();
  return { resources, result };
}

/** The value of an output, secret or not. */
export const valueOf = <T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> =>
  Promise.all([
    new Promise<T>((resolve) => output.apply((value) => resolve(value))),
    (output as unknown as { isSecret: Promise<boolean> }).isSecret,
  ]).then(([value, secret]) => ({ value, secret }));

/** Resources of one type, by the end of its token: `Volume`, `RuleSet`. */
export const ofType = (resources: readonly Registered[], name: string): readonly Registered[] =>
  resources.filter(({ type }) => type.split(":").at(-1) === name);

/**
 * A resource's lasting name: types of all its ancestors and its own, and its name, as in the engine's URNs without stack and project
 * (the SDK's mocks keep one ancestor only).
 */
export function lastingName(
  resources: readonly Registered[],
  resource: Registered,
  as: { readonly name: string; readonly type: string } = resource,
): string {
  const types = [as.type];
  for (let urn = resource.parent; urn !== "";) {
    const parent = resources.find((candidate) => candidate.urn === urn);
    if (parent === undefined) break;
    types.unshift(parent.type);
    urn = parent.parent;
  }
  return `${types.join("$")}::${as.name}`;
}
