import type { StackConfig } from "../../../config/index.ts";
import { failed, ok, projectEntry, type Check } from "../types.ts";

interface OfferFacts {
  /** Flavors that everybody sees (operator), or that the zone sees (zone). */
  readonly flavors: readonly { readonly name: string; readonly isPublic: boolean; readonly confidential: boolean }[];
  /** Images that everybody sees. */
  readonly images: readonly { readonly name: string; readonly confidential: boolean }[];
}

interface LiveFlavor {
  readonly name: string;
  readonly "os-flavor-access:is_public": boolean;
  readonly extra_specs?: Readonly<Record<string, string>>;
}

type LiveImage = Readonly<Record<string, unknown>> & { readonly name: string };

const isTrue = (value: unknown): boolean => String(value).toLowerCase() === "true";

const forConfidential = (stack: StackConfig): boolean =>
  stack.kind === "platform" || stack.config.preset === "confidential";

/** No public flavor or image from which a confidential zone could start an unprotected machine by mistake. */
export const publicOffers: Check<OfferFacts> = {
  id: "public-offers",
  title: "no public flavor or image that a confidential zone could use by mistake",
  requirements: ["DIGIMED-1", "DIGIMED-4"],
  applies: { platform: true, tenant: true, zone: true },
  async fetch(context) {
    const session = await context.session(projectEntry(context));
    const [flavors, images] = await Promise.all([
      session.paginate<LiveFlavor>("compute", "/flavors/detail", "flavors", {
        what: "list flavors",
        // Everything for the operator; a zone sees what is public or granted to it.
        query: context.stack.kind === "zone" ? {} : { is_public: "None" },
      }),
      session.paginate<LiveImage>("image", "/images", "images", {
        what: "list public images",
        query: { visibility: "public" },
      }),
    ]);
    return {
      flavors: flavors.map(({ name, extra_specs: specs = {}, ...flavor }) => ({
        name,
        isPublic: flavor["os-flavor-access:is_public"],
        confidential: isTrue(specs["hw:mem_encryption"]) && specs["hw:mem_encryption_model"] === "amd-sev-snp",
      })),
      images: images.map((image) => ({
        name: image.name,
        confidential: isTrue(image["hw_mem_encryption"]) && image["hw_mem_encryption_model"] === "amd-sev-snp",
      })),
    };
  },
  judge({ flavors, images }, { stack }) {
    if (!forConfidential(stack)) return ok("not needed: the zone is not confidential");
    const plain = flavors.filter(({ isPublic, confidential }) => isPublic && !confidential).map(({ name }) => name);
    const plainImages = images.filter(({ confidential }) => !confidential).map(({ name }) => name);
    if (plain.length === 0 && plainImages.length === 0)
      return ok(`${flavors.length} flavors seen, none of them public and plain`);
    const found = [
      ...(plain.length > 0 ? [`public flavors without SEV-SNP: ${plain.join(", ")}`] : []),
      ...(plainImages.length > 0 ? [`public images without SEV-SNP: ${plainImages.join(", ")}`] : []),
    ];
    return failed(found.join("; "), "make them private and grant them to the projects that need them");
  },
};
