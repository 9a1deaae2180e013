/** Generations of processors whose root key is pinned here. A newer one is refused until it is entered. */
export type Generation = "milan" | "genoa" | "turin";

/** What differs between generations. */
export interface GenerationFacts {
  /** As certificates and AMD's key service spell it: `SEV-Milan`, `/vcek/v1/Milan/`. */
  readonly product: string;
  /** Family of CPUID, base and extended added. */
  readonly family: number;
  /** Models of CPUID, from and to. */
  readonly models: readonly (readonly [from: number, to: number])[];
  /** Whether the TCB's first byte is the FMC's. */
  readonly fmc: boolean;
  /** Bytes of the hardware id in a VCEK. */
  readonly hwid: 64 | 8;
}

/** AMD 57230 (VCEK certificate and KDS interface) and the families of CPUID Fn0000_0001. */
export const GENERATIONS: Readonly<Record<Generation, GenerationFacts>> = {
  milan: { product: "Milan", family: 0x19, models: [[0x00, 0x0f]], fmc: false, hwid: 64 },
  genoa: {
    ...{ product: "Genoa", family: 0x19, fmc: false, hwid: 64 },
    models: [
      [0x10, 0x1f],
      [0xa0, 0xaf],
    ],
  },
  turin: { product: "Turin", family: 0x1a, models: [[0x00, 0x11]], fmc: true, hwid: 8 },
};

export const GENERATION_NAMES = Object.keys(GENERATIONS) as readonly Generation[];

/** The generation of a processor; undefined for one that is not known here. */
export const generationOf = (family: number, model: number): Generation | undefined =>
  GENERATION_NAMES.find(
    (name) =>
      GENERATIONS[name].family === family &&
      GENERATIONS[name].models.some(([from, to]) => model >= from && model <= to),
  );

/** The generation that AMD's certificates call so. */
export const generationNamed = (product: string): Generation | undefined =>
  GENERATION_NAMES.find((name) => GENERATIONS[name].product === product);
