import { failed, ok, projectEntry, type Check } from "../types.ts";

interface TypeFacts {
  readonly types: readonly { readonly name: string; readonly encrypted: boolean | undefined }[];
}

/** Every unencrypted volume type is named by the tenant, whose quota for each is then 0; a zone sees only types that were granted. */
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
      const open = types.filter(({ name, encrypted }) => !encrypted && !stack.config.closedVolumeTypes.includes(name));
      if (open.length === 0) return ok(`${types.length} types, every unencrypted one closed by quota`);
      const names = open.map(({ name }) => name).join(", ");
      return failed(`unencrypted and not closed: ${names}`, `add ${names} to tenant.closedVolumeTypes`);
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
