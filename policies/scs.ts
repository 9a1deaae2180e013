/** What a flavor's name promises by the Sovereign Cloud Stack's standard 0100, version 3. */
export interface ScsFlavor {
  readonly vcpus: number;
  /** L crowded core, V shared core, T dedicated thread, C dedicated core. */
  readonly cpuType: "L" | "V" | "T" | "C";
  /** True where the host lacks mitigations (`i`). */
  readonly insecure: boolean;
  readonly memoryGiB: number;
  /** True for memory without ECC (`u`). */
  readonly withoutEcc: boolean;
  /** True for oversubscribed memory (`o`). */
  readonly oversubscribed: boolean;
  readonly disk?: { readonly count: number; readonly sizeGB?: number; readonly type?: "n" | "h" | "s" | "p" };
  readonly hypervisor?: string;
  readonly nestedVirtualization: boolean;
  readonly cpu?: { readonly vendor: "i" | "z" | "a" | "r"; readonly generation?: number };
  readonly gpu?: { readonly passthrough: boolean; readonly vendor: "N" | "A" | "I"; readonly text: string };
  readonly infiniband: boolean;
}

/** Parts of a name in the order that the standard fixes; each takes its text from the front. */
const PARTS = [
  { name: "cpu", pattern: /^SCS-(\d+)([LVTC])(i?)/, needed: "SCS-, the number of vCPUs and one of L, V, T, C" },
  { name: "memory", pattern: /^-(\d+(?:\.5)?)(u?)(o?)(?=$|[-_])/, needed: "- and the memory in GiB" },
  { name: "disk", pattern: /^-(?:(?:(\d+)x)?(\d+))?([nhsp]?)(?=$|_)/ },
  { name: "hypervisor", pattern: /^_(kvm|chy|xen|vmw|hyv|bms)(?=$|_)/ },
  { name: "nested", pattern: /^_hwv(?=$|_)/ },
  { name: "arch", pattern: /^_([izar])(\d*)(h*)(?=$|_)/ },
  { name: "gpu", pattern: /^_([Gg])([NAI])([a-z0-9.]*)(?:-\d+h*(?:-\d+h*)?)?(?=$|_)/ },
  { name: "infiniband", pattern: /^_ib(?=$|_)/ },
] as const;

type PartName = (typeof PARTS)[number]["name"];
type Parts = Partial<Record<PartName, RegExpExecArray>>;

/** The error in a name, or what the name promises. */
type ScsResult = { readonly flavor: ScsFlavor } | { readonly error: string };

function split(name: string): Parts | string {
  const parts: Parts = {};
  let rest = name;
  for (const part of PARTS) {
    const match = part.pattern.exec(rest);
    if (match === null) {
      if ("needed" in part) return `expected ${part.needed} at "${rest}"`;
      continue;
    }
    parts[part.name] = match;
    rest = rest.slice(match[0].length);
  }
  return rest === "" ? parts : `"${rest}" is no part that the standard knows at this place`;
}

function diskOf(match: RegExpExecArray | undefined): Pick<ScsFlavor, "disk"> {
  if (match === undefined) return {};
  const [, count, sizeGB, type] = match;
  return {
    disk: {
      count: Number(count ?? 1),
      ...(sizeGB === undefined ? {} : { sizeGB: Number(sizeGB) }),
      ...(type ? { type: type as "n" } : {}),
    },
  };
}

/** Reads a name that starts with `SCS-`. */
export function parseScsFlavor(name: string): ScsResult {
  const parts = split(name);
  if (typeof parts === "string") return { error: parts };
  const { cpu, memory, disk, hypervisor, nested, arch, gpu, infiniband } = parts;
  if (Number(cpu?.[1]) < 1 || Number(memory?.[1]) <= 0) return { error: "vCPUs and memory must be more than 0" };
  return {
    flavor: {
      vcpus: Number(cpu?.[1]),
      cpuType: cpu?.[2] as ScsFlavor["cpuType"],
      insecure: cpu?.[3] === "i",
      memoryGiB: Number(memory?.[1]),
      withoutEcc: memory?.[2] === "u",
      oversubscribed: memory?.[3] === "o",
      ...diskOf(disk),
      ...(hypervisor?.[1] === undefined ? {} : { hypervisor: hypervisor[1] }),
      nestedVirtualization: nested !== undefined,
      ...(arch === undefined
        ? {}
        : { cpu: { vendor: arch[1] as "z", ...(arch[2] ? { generation: Number(arch[2]) } : {}) } }),
      ...(gpu === undefined
        ? {}
        : { gpu: { passthrough: gpu[1] === "G", vendor: gpu[2] as "N", text: gpu[0].slice(1) } }),
      infiniband: infiniband !== undefined,
    },
  };
}
