import { PRESETS } from "../../../policies/presets.ts";
import { failed, ok, projectEntry, type Check } from "../types.ts";

interface TypeFacts {
  readonly types: readonly { readonly name: string; readonly encrypted: boolean | undefined }[];
}

/** No unencrypted type is granted, and what is not granted has quota 0; a zone sees only types that were granted. */
export const volumeTypes: Check<TypeFacts> = {
  id: "volume-types",
  title: "no unencrypted volume type is open to the zone",
  requirements: ["DIGIMED-5", "DIGIMED-18"],
  applies: { platform: "skip", tenant: true, zone: true },
  async fetch(context) {
    const session = await context.session(projectEntry(context));
    const query = context.stack.kind === "tenant" ? { is_public: "None" } : {};
    const types = await session.paginate<{ id: string; name: string }>("block-storage", "/types", "volume_types", {
      what: "list volume types",
      query,
    });
    if (context.stack.kind !== "tenant") return { types: types.map(({ name }) => ({ name, encrypted: undefined })) };
    return {
      types: await Promise.all(
        types.map(async ({ id, name }) => {
          const found = await session.find<{ encryption_id?: string }>("block-storage", `/types/${id}/encryption`, {
            what: `read the encryption of volume type ${name}`,
          });
          return { name, encrypted: found?.encryption_id !== undefined };
        }),
      ),
    };
  },
  judge({ types }, { stack }) {
    if (stack.kind === "tenant") {
      const { preset, volumeTypes: granted } = stack.config;
      const open = types.filter(({ name, encrypted }) => !encrypted && granted.includes(name));
      const others = types.filter(({ name }) => !granted.includes(name)).length;
      const said = `${types.length} types, ${others} of them not granted: closed by quota`;
      if (open.length === 0 || !PRESETS[preset].unencryptedTypesClosed) return ok(said);
      const names = open.map(({ name }) => name).join(", ");
      return failed(`unencrypted and granted: ${names}`, `take ${names} out of tenant.volumeTypes`);
    }
    if (stack.kind !== "zone") return ok("not needed");
    // The default type is shown to everybody; the operator's quota closes it.
    const foreign = types.filter(
      ({ name }) => !Object.hasOwn(stack.config.granted.volumeTypes, name) && name !== "__DEFAULT__",
    );
    if (foreign.length === 0) return ok(`sees ${types.map(({ name }) => name).join(", ")}`);
    const names = foreign.map(({ name }) => name).join(", ");
    return failed(
      `sees types that were not granted: ${names}`,
      "ask the operator to make them private, or to close them by quota",
    );
  },
};
