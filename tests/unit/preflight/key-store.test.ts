import { describe, expect, it } from "vitest";
import type { StackConfig } from "../../../config/index.ts";
import { platformSchema } from "../../../config/platform.ts";
import { keyStore } from "../../../scripts/preflight/checks/key-store.ts";
import type { Judgement } from "../../../scripts/preflight/types.ts";
import { fakeSession } from "../provider/fake/session.ts";

const fake = fakeSession();

const of = (kind: "zone" | "tenant", preset: string): StackConfig => ({ kind, config: { preset } }) as never;
const platform = (masterKey?: string, confidential = "sev-snp"): StackConfig => ({
  kind: "platform",
  config: platformSchema.parse({
    ...{ format: 1, cloud: "c", region: "r", ...(masterKey !== undefined && { keyManager: { masterKey } }) },
    flavors: { one: { vcpus: 1, memory: "1 GiB", confidential } },
  }),
});

async function judged(stack: StackConfig): Promise<Judgement> {
  const cluster = () => Promise.reject(new Error("no cluster is asked"));
  const context = {
    stack,
    entry: "c",
    areaEntries: ["c-heart"],
    session: () => Promise.resolve(fake.session),
    cluster,
  };
  const judgement = keyStore.judge(await keyStore.fetch(context), { stack });
  expect(fake.cloud.unknown).toEqual([]);
  return judgement;
}

type Plugins = { readonly secret_store_plugin: string; readonly crypto_plugin: string | null };
const simple: Plugins = { secret_store_plugin: "store_crypto", crypto_plugin: "simple_crypto" };
const hsm: Plugins = { secret_store_plugin: "store_crypto", crypto_plugin: "p11_crypto" };
const vault: Plugins = { secret_store_plugin: "vault_plugin", crypto_plugin: null };

function stores(first: Plugins, preferred?: Plugins): void {
  const store = (name: string, plugins: Plugins, global_default: boolean) => ({ name, ...plugins, global_default });
  const list = [store("other", simple, false), store("first", first, true)];
  fake.cloud.on("GET", "/keys/v1/secret-stores", () => [200, { secret_stores: list }]);
  fake.cloud.on("GET", "/keys/v1/secret-stores/preferred", () =>
    preferred ? [200, store("preferred", preferred, false)] : [404, { description: "No preferred secret store" }],
  );
}
const silent = (): void =>
  fake.cloud.on("GET", "/keys/v1/secret-stores", () => [
    404,
    { description: "Multiple backends support is not enabled" },
  ]);

describe("where Barbican's master key is (DIGIMED-6, C4H-9)", () => {
  it("is refused beside the keys where the preset demands it, as Barbican itself says", async () => {
    stores(simple);
    for (const kind of ["zone", "tenant"] as const) {
      expect(await judged(of(kind, "confidential"))).toMatchObject({
        result: "failed",
        says: expect.stringMatching(/Barbican says: store first.*beside the keys.*the preset confidential demands/),
      });
      expect((await judged(of(kind, "isolated"))).result).toBe("ok");
    }
    expect((await judged(platform())).result).toBe("failed");
    expect((await judged(platform(undefined, "none"))).result).toBe("ok");
  });

  it.each([hsm, vault])("is apart with $secret_store_plugin $crypto_plugin", async (plugins) => {
    stores(plugins);
    expect((await judged(of("zone", "confidential"))).result).toBe("ok");
    // What Barbican says is worth more than what a config declares.
    expect((await judged(platform("file"))).result).toBe("ok");
  });

  it("is that of the store which the zone's own project prefers", async () => {
    stores(hsm, simple);
    expect((await judged(of("zone", "confidential"))).says).toContain("store preferred");
    expect((await judged(of("zone", "confidential"))).result).toBe("failed");
    expect((await judged(of("tenant", "confidential"))).result).toBe("ok");
  });

  it("is what the operator declares where Barbican does not tell, and is said to be declared", async () => {
    silent();
    expect(await judged(platform("hsm"))).toMatchObject({
      result: "ok",
      says: expect.stringContaining("declared in this config, not seen"),
    });
    expect((await judged(platform("file"))).result).toBe("failed");
    expect((await judged(platform("file", "none"))).result).toBe("ok");
    expect(await judged(platform())).toMatchObject({
      result: "not checked",
      next: expect.stringContaining("keyManager.masterKey"),
    });
    expect(await judged(of("zone", "confidential"))).toMatchObject({
      result: "not checked",
      next: expect.stringContaining("ask the operator"),
    });
  });

  it("is not guessed of a plugin that nobody knows here", async () => {
    stores({ secret_store_plugin: "own_plugin", crypto_plugin: null });
    expect((await judged(of("zone", "confidential"))).result).toBe("not checked");
  });
});
