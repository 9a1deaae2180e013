import * as pulumi from "@pulumi/pulumi";

/** A resource as the engine was told of it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Installs mocks in place of the engine and records every resource. Ids are `<name>-id`. */
export async function recordResources(): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        if (custom !== false) registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        return { id: `${name}-id`, state: { ...(inputs as object), result: "one-time" } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "tresor",
    "test",
    false,
  );
  return registered;
}

/** Waits until everything that was asked for is registered. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  await pulumi.runtime.disconnect();
}
