import type { StackConfig } from "../../../config/index.ts";
import { launchOf, type Launch } from "../../../policies/nova/traps.ts";
import type { LaunchRequest } from "../../../policies/nova/request.ts";
import { failed, ok, type Check } from "../types.ts";

type Flavor = LaunchRequest["flavor"] & { readonly id: string };
type Image = LaunchRequest["image"];

interface LaunchFacts {
  readonly flavors: readonly Flavor[];
  readonly images: readonly Image[];
}

interface LiveFlavor {
  readonly id: string;
  readonly name: string;
  readonly extra_specs?: Readonly<Record<string, string>>;
}

/** Glance gives properties beside the image's own fields. */
type LiveImage = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string | null };

/** Flavors and images from which machines shall be SEV-SNP, by name or by the id that was taken over. */
function wanted({ kind, config }: StackConfig): { readonly flavors: Set<string>; readonly images: Set<string> } {
  const names = (section: Readonly<Record<string, { confidential: string; adopt?: string | undefined }>>) =>
    new Set(
      Object.entries(section).flatMap(([name, { confidential, adopt }]) =>
        confidential === "sev-snp" ? [adopt ?? name] : [],
      ),
    );
  if (kind === "platform") return { flavors: names(config.flavors), images: names(config.images) };
  const confidential = kind === "tenant" && config.preset === "confidential";
  return confidential
    ? { flavors: new Set(config.flavors), images: new Set(config.images) }
    : { flavors: new Set(), images: new Set() };
}

const textsOf = (image: LiveImage): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(image).filter((entry): entry is [string, string] => typeof entry[1] === "string"));

/** What is wrong with a machine of a flavor and an image that shall be SEV-SNP. */
function faultsOf({ refused, model, traps }: Launch): readonly { readonly says: string; readonly next: string }[] {
  if (refused !== undefined)
    return [
      {
        says: `Nova refuses it (${refused.says})`,
        next: "correct flavor or image; `pulumi up` of the platform does it for what it made",
      },
    ];
  const other =
    model === "amd-sev-snp"
      ? []
      : [{ says: `it would run with ${model}`, next: "set hw:mem_encryption and its model on flavor and image" }];
  return [...other, ...traps.map(({ id, found, means, next }) => ({ says: `${id}: ${found}: ${means}`, next }))];
}

/** Each flavor with each image that shall give SEV-SNP machines does, by what Nova reads of them now, and stays so. */
export const confidentialLaunch: Check<LaunchFacts> = {
  id: "confidential-launch",
  title: "machines of confidential flavors and images come up with SEV-SNP and nothing less",
  requirements: ["DIGIMED-1", "DIGIMED-4"],
  applies: { platform: true, tenant: true, zone: { because: "flavors and images are the operator's" } },
  async fetch({ entry, session }) {
    const operator = await session(entry);
    const [flavors, images] = await Promise.all([
      operator.paginate<LiveFlavor>("compute", "/flavors/detail", "flavors", {
        what: "list flavors",
        query: { is_public: "None" },
      }),
      operator.paginate<LiveImage>("image", "/images", "images", { what: "list images", query: { visibility: "all" } }),
    ]);
    return {
      flavors: flavors.map(({ id, name, extra_specs: specs = {} }) => ({ id, name, specs })),
      images: images.map((image) => ({ id: image.id, name: image.name ?? "", properties: textsOf(image) })),
    };
  },
  judge(facts, { stack }) {
    const names = wanted(stack);
    if (names.flavors.size === 0) return ok("not needed: nothing here is to be confidential");
    const among = <T extends { readonly id: string; readonly name: string }>(all: readonly T[], named: Set<string>) =>
      all.filter(({ id, name }) => named.has(id) || named.has(name));
    const flavors = among(facts.flavors, names.flavors);
    const images = among(facts.images, names.images);
    const faults = flavors.flatMap((flavor) =>
      images.flatMap((image) =>
        faultsOf(launchOf({ flavor, image })).map((fault) => ({ ...fault, pair: `${flavor.name} with ${image.name}` })),
      ),
    );
    const [first] = faults;
    if (first !== undefined) return failed(faults.map(({ pair, says }) => `${pair}: ${says}`).join("; "), first.next);
    const made = `${flavors.length} flavors with ${images.length} images`;
    const missing = names.flavors.size + names.images.size - flavors.length - images.length;
    return ok(missing > 0 ? `${made}; ${missing} of those named are not made yet` : made);
  },
};
