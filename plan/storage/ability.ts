/** What a driver can do. `since`: the first release, where it is not in all that Tresor knows. */
export interface Can {
  readonly can: true;
  /** What it depends on. */
  readonly note?: string;
  readonly since?: string;
  readonly source?: string;
}

/** What a driver cannot do: why, as a clause, and what to do in its place, as an imperative. */
export interface Cannot {
  readonly can: false;
  readonly reason: string;
  readonly instead: string;
  readonly source?: string;
}
export type Ability = Can | Cannot;

export const yes: Ability = { can: true };
export const no = (reason: string, instead: string, source?: string): Cannot => ({
  can: false,
  reason,
  instead,
  ...(source === undefined ? {} : { source }),
});
