/** A resource as `pulumi stack export` has it, as far as it is counted. */
export interface StateResource {
  readonly type: string;
  readonly custom?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Resources of ours that stand for several objects of the cloud: the input that lists them. */
const SETS: Readonly<Record<string, string>> = {
  "tresor:network:RuleSet": "rules",
  "tresor:identity:ProjectAccess": "assignments",
  "tresor:share:ShareAccessSet": "rules",
  "tresor:network:SharedNetworkAccess": "access",
  "tresor:network:NetworkReach": "strangers",
};

export interface Counts {
  /** Resources that the engine holds, without components and providers. */
  readonly resources: number;
  /** What was made in the cloud: a set counts as what it lists. */
  readonly objects: number;
}

/** Counts what a state stands for. */
export function countObjects(resources: readonly StateResource[]): Counts {
  const counted = resources.filter(
    ({ type, custom }) => custom === true && !type.startsWith("pulumi:") && !type.startsWith("random:"),
  );
  const objects = counted.reduce((sum, { type, inputs }) => {
    const list = SETS[type];
    const entries = list === undefined ? undefined : inputs?.[list];
    return sum + (Array.isArray(entries) ? entries.length : 1);
  }, 0);
  return { resources: counted.length, objects };
}
