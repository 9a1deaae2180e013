/** Versions of what a report trusts; a higher number is a newer patch. `fmc` from Turin on. */
export interface Tcb {
  readonly fmc?: number;
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

export const TCB_PARTS = ["fmc", "bootloader", "tee", "snp", "microcode"] as const;
export type TcbPart = (typeof TCB_PARTS)[number];

/** Which of the eight bytes is which (AMD 56860, TCB_VERSION); all others are reserved. */
const LAYOUTS: Readonly<Record<"plain" | "fmc", readonly (TcbPart | undefined)[]>> = {
  plain: ["bootloader", "tee", undefined, undefined, undefined, undefined, "snp", "microcode"],
  fmc: ["fmc", "bootloader", "tee", "snp", undefined, undefined, undefined, "microcode"],
};

/** A TCB from its eight bytes. @returns undefined where a reserved byte is not zero */
export function readTcb(bytes: Buffer, hasFmc: boolean): Tcb | undefined {
  const parts: Partial<Record<TcbPart, number>> = {};
  for (const [index, part] of LAYOUTS[hasFmc ? "fmc" : "plain"].entries()) {
    const value = bytes[index] ?? -1;
    if (part !== undefined) parts[part] = value;
    else if (value !== 0) return undefined;
  }
  return parts as Tcb;
}

/** `bootloader 4, tee 0, snp 24, microcode 219` */
export const tcbText = (tcb: Tcb): string =>
  TCB_PARTS.flatMap((part) => (tcb[part] === undefined ? [] : [`${part} ${tcb[part]}`])).join(", ");

/** The parts of a TCB that are below the least; a part that one of them lacks counts as below. */
export const below = (tcb: Tcb, least: Tcb): readonly TcbPart[] =>
  TCB_PARTS.filter((part) => {
    const [has, wants] = [tcb[part], least[part]];
    return has === undefined || wants === undefined ? has !== wants : has < wants;
  });

export const sameTcb = (one: Tcb, other: Tcb): boolean => TCB_PARTS.every((part) => one[part] === other[part]);
