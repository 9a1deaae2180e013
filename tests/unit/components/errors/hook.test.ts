import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { onPluginError } from "../../../../components/errors/hook.ts";

const BUSY =
  'Error creating openstack_identity_role_assignment_v3: Expected HTTP response code [200] when accessing [PUT http://h/x], but got 503 instead: {"message":"busy"}';
const TAKEN = BUSY.replace("503", "409").replace("busy", "there already");

async function asked(...errors: string[]): Promise<{ retry: boolean; waits: number[]; said: string[] }> {
  const waits: number[] = [];
  const said: string[] = [];
  const args = {
    urn: "urn:pulumi:dev::tresor::openstack:identity/roleAssignment:RoleAssignment::heart-role",
    name: "heart-role",
    type: "openstack:identity/roleAssignment:RoleAssignment",
    failedOperation: "create",
    errors,
  } as unknown as pulumi.ErrorHookArgs;
  const retry = await onPluginError(args, {
    say: (text, urn) => said.push(`${urn.split("::").at(-1)}: ${text}`),
    wait: (milliseconds) => (waits.push(milliseconds), Promise.resolve(true)),
  });
  return { retry, waits, said };
}

describe("the hook of plugin errors", () => {
  it("says one sentence at the resource and asks for no second try", async () => {
    const { retry, said } = await asked(TAKEN);
    expect(retry).toBe(false);
    expect(said).toEqual([
      expect.stringMatching(/^heart-role: cannot create the role "heart-role": .*there already.*Next: /),
    ]);
  });

  it("tries again what passes by itself, three times with growing waits, and only then says it", async () => {
    expect(await asked(BUSY)).toEqual({ retry: true, waits: [1000], said: [] });
    expect(await asked(BUSY, BUSY, BUSY)).toEqual({ retry: true, waits: [4000], said: [] });
    const last = await asked(BUSY, BUSY, BUSY, BUSY);
    expect(last).toMatchObject({ retry: false, waits: [] });
    expect(last.said).toHaveLength(1);
  });

  it("judges by the newest error", async () => {
    expect((await asked(TAKEN, BUSY)).retry).toBe(false);
    expect((await asked(BUSY, TAKEN)).retry).toBe(true);
  });

  it("never fails itself: its error would take the place of the plugin's", async () => {
    expect((await asked()).retry).toBe(false);
    expect(
      onPluginError({ errors: [TAKEN] } as unknown as pulumi.ErrorHookArgs, {
        say: () => {
          throw new Error("no engine");
        },
      }),
    ).toBe(false);
  });
});
