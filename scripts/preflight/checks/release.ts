import type { StackConfig } from "../../../config/index.ts";
import { compareVersions, factsOf, type Service } from "../../../openstack/services.ts";
import { RELEASES, firstReleaseWith } from "../../../policies/releases.ts";
import { failed, notChecked, ok, projectEntry, type Check } from "../types.ts";

/** Services with microversions, and whether they are there. */
interface VersionFacts {
  readonly service: Service;
  readonly offered: boolean;
  readonly max?: string;
}

const NEEDED: Readonly<Record<StackConfig["kind"], readonly Service[]>> = {
  platform: ["compute", "network", "image", "block-storage", "placement"],
  tenant: ["compute", "network", "image", "block-storage", "key-manager"],
  zone: ["compute", "network", "image", "block-storage", "key-manager"],
};

/** Services that the stack's config asks for beyond the basic ones. */
function servicesOf(stack: StackConfig): readonly Service[] {
  const shares =
    stack.kind === "platform"
      ? Object.keys(stack.config.shareTypes).length > 0
      : stack.kind === "tenant"
        ? stack.config.shareTypes.length > 0
        : Object.values(stack.config.areas).some(({ datasets }) =>
            Object.values(datasets).some(({ kind }) => kind === "share"),
          );
  return shares ? [...NEEDED[stack.kind], "shared-file-system"] : NEEDED[stack.kind];
}

/** The catalogue has every service that the stack needs, and each is new enough for the calls that are made. */
export const services: Check<readonly VersionFacts[]> = {
  id: "services",
  title: "services are there and new enough",
  requirements: [],
  applies: { platform: true, tenant: true, zone: true },
  async fetch(context) {
    const session = await context.session(projectEntry(context));
    return Promise.all(
      servicesOf(context.stack).map(async (service): Promise<VersionFacts> => {
        if (!(await session.offers(service))) return { service, offered: false };
        const max = await session.maxMicroversion(service);
        return { service, offered: true, ...(max === undefined ? {} : { max }) };
      }),
    );
  },
  judge(facts) {
    const wrong = facts.flatMap(({ service, offered, max }) => {
      const { title, need } = factsOf(service);
      if (!offered) return [`no ${title} in the catalogue`];
      return need !== undefined && compareVersions(max ?? "0.0", need) < 0
        ? [`${title} ${max ?? "?"}, needed ${need}`]
        : [];
    });
    const seen = facts
      .map(({ service, max }) => `${factsOf(service).title}${max === undefined ? "" : ` ${max}`}`)
      .join(", ");
    return wrong.length === 0
      ? ok(seen)
      : failed(wrong.join("; "), "use a cloud of a newer release with these services");
  },
};

interface ReleaseFacts {
  readonly compute?: string;
}

const wantsSnp = (stack: StackConfig): boolean =>
  stack.kind === "platform"
    ? Object.values(stack.config.flavors).some(({ confidential }) => confidential === "sev-snp")
    : stack.config.preset === "confidential";

/** Which releases the cloud can be of, by Nova's newest microversion, and whether one of them schedules SEV-SNP. */
export const release: Check<ReleaseFacts> = {
  id: "release",
  title: "release of OpenStack",
  requirements: ["DIGIMED-1"],
  applies: { platform: true, tenant: true, zone: true },
  async fetch(context) {
    const max = await (await context.session(projectEntry(context))).maxMicroversion("compute");
    return max === undefined ? {} : { compute: max };
  },
  judge({ compute }, { stack }) {
    if (compute === undefined) return notChecked("Nova tells no microversion", "ask the operator for the release");
    const newest = RELEASES.at(-1);
    const candidates = RELEASES.filter(({ computeMicroversion }) => computeMicroversion === compute);
    const newer = newest !== undefined && compareVersions(compute, newest.computeMicroversion) > 0;
    const names = newer ? `newer than ${newest.name}` : candidates.map(({ name }) => name).join(" or ");
    const said = `Nova ${compute}: ${names || `older than ${RELEASES[0]?.name}, or between two releases`}`;
    if (!wantsSnp(stack)) return candidates.length > 0 || newer ? ok(said) : failed(said, "use a supported release");
    const needed = firstReleaseWith("sev-snp");
    const able = newer || candidates.some(({ memoryEncryption }) => memoryEncryption.includes("sev-snp"));
    if (able) return ok(`${said}${candidates.length > 1 ? "; the check of slots tells which" : ""}`);
    const notes = candidates.flatMap((candidate) => candidate.notes).join("; ");
    return failed(
      `${said} has no SEV-SNP${notes && `: ${notes}`}`,
      `use ${needed?.name ?? "a newer release"} for confidential zones`,
    );
  },
};
