/** A processor as a guest sees it: family, model and stepping of CPUID. */
interface Cpu {
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}

const NAPLES = { family: 23, model: 1, stepping: 2 };
const ROME = { family: 23, model: 49, stepping: 0 };
const MILAN = { family: 25, model: 1, stepping: 1 };
const GENOA = { family: 25, model: 17, stepping: 0 };
const TURIN = { family: 26, model: 0, stepping: 0 };

/** QEMU's processor types of AMD EPYC, as `-cpu` and libvirt name them. */
export const CPU_TYPES: Readonly<Record<string, Cpu>> = {
  EPYC: NAPLES,
  "EPYC-v1": NAPLES,
  "EPYC-v2": NAPLES,
  "EPYC-IBPB": NAPLES,
  "EPYC-v3": NAPLES,
  "EPYC-v4": NAPLES,
  "EPYC-Rome": ROME,
  "EPYC-Rome-v1": ROME,
  "EPYC-Rome-v2": ROME,
  "EPYC-Rome-v3": ROME,
  "EPYC-Milan": MILAN,
  "EPYC-Milan-v1": MILAN,
  "EPYC-Milan-v2": MILAN,
  "EPYC-Genoa": GENOA,
  "EPYC-Genoa-v1": GENOA,
  "EPYC-Turin": TURIN,
};

/** EAX of CPUID Fn0000_0001 (AMD 25481): what a vCPU's rdx holds at reset. */
export function cpuSignature({ family, model, stepping }: Cpu): number {
  const [low, high] = family > 0xf ? [0xf, family - 0xf] : [family, 0];
  return (high << 20) | ((model >> 4) << 16) | (low << 8) | ((model & 0xf) << 4) | stepping;
}
