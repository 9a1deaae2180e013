import type { PlatformConfig, StackConfig } from "../../../config/index.ts";
import { PRESETS } from "../../../policies/presets.ts";
import { failed, notChecked, ok, projectEntry, type Check, type Judgement } from "../types.ts";

/** A secret store as Barbican lists it, by the names of its plugins (`barbican.secretstore.plugin`, `barbican.crypto.plugin`). */
interface Store {
  readonly name: string;
  readonly secret_store_plugin: string;
  readonly crypto_plugin: string | null;
  readonly global_default: boolean;
}

interface KeyStoreFacts {
  /** Where keys of this project are put; undefined where Barbican tells nobody. */
  readonly store: Store | undefined;
}

type Place = NonNullable<PlatformConfig["keyManager"]>["masterKey"];

/** Where each plugin keeps the key that encrypts all others. */
const PLACES: Readonly<Record<string, Place>> = {
  p11_crypto: "hsm",
  simple_crypto: "file",
  kmip_plugin: "kmip",
  dogtag_crypto: "kmip",
  vault_plugin: "vault",
};

const WORDS: Readonly<Record<Place, string>> = {
  hsm: "in an HSM (p11_crypto)",
  kmip: "in a key store of its own (KMIP or Dogtag)",
  vault: "in a vault (vault_plugin)",
  file: "in a file of Barbican's, beside the keys that it encrypts (simple_crypto)",
};

/** Why the master key must be apart; undefined where it need not be. */
function demandOf(stack: StackConfig): string | undefined {
  if (stack.kind !== "platform")
    return PRESETS[stack.config.preset].masterKeyApart ? `the preset ${stack.config.preset}` : undefined;
  const offered = Object.values(stack.config.flavors).some(({ confidential }) => confidential !== "none");
  return offered ? "flavors for confidential zones" : undefined;
}

function judgePlace(place: Place, stack: StackConfig, how: string): Judgement {
  const says = `${how}: the master key lies ${WORDS[place]}`;
  if (place !== "file") return ok(says);
  const demand = demandOf(stack);
  if (demand === undefined) return ok(`${says}, which nothing here forbids`);
  return failed(
    `${says}, and ${demand} demand${stack.kind === "platform" ? "" : "s"} another place`,
    "have Barbican's operator use p11_crypto, a KMIP appliance or a vault, and make the keys anew: those that are there lie under the old one",
  );
}

/** Barbican lists its stores where several are enabled alone; else it is what the operator declares, and said to be declared. */
export const keyStore: Check<KeyStoreFacts> = {
  id: "key-store",
  title: "Barbican's master key is kept apart from the keys",
  requirements: ["DIGIMED-6", "C4H-9"],
  applies: { platform: true, tenant: true, zone: true },
  async fetch(context) {
    const session = await context.session(projectEntry(context));
    const read = <T>(path: string, what: string) => session.find<T>("key-manager", path, { what });
    const listed = await read<{ secret_stores: Store[] }>("/secret-stores", "list Barbican's secret stores");
    if (listed === undefined) return { store: undefined };
    // The operator's own project may prefer another store than those of zones do.
    const preferred =
      context.stack.kind === "zone"
        ? await read<Store>("/secret-stores/preferred", "read which secret store the project prefers")
        : undefined;
    return { store: preferred ?? listed.secret_stores.find((store) => store.global_default) };
  },
  judge({ store }, { stack }) {
    if (store !== undefined) {
      const plugin = store.crypto_plugin ?? store.secret_store_plugin;
      const place = PLACES[plugin];
      if (place !== undefined) return judgePlace(place, stack, `Barbican says: store ${store.name}`);
      return notChecked(`nothing is known of the plugin ${plugin} of store ${store.name}`, "ask Barbican's operator");
    }
    const untold = "Barbican's API does not tell its secret store";
    if (stack.kind !== "platform")
      return notChecked(untold, "ask the operator what `tresor preflight platform` says of it");
    const declared = stack.config.keyManager?.masterKey;
    if (declared !== undefined) return judgePlace(declared, stack, "declared in this config, not seen");
    return notChecked(
      `${untold}, and nothing is declared`,
      "write platform.keyManager.masterKey as barbican.conf has it",
    );
  },
};
