/** What a person or process may be at the airlock. One person may hold several; `system` is the crawler and scanner, never a person. */
export const ROLES = [
  "researcher",
  "submitter",
  "data-steward",
  "output-checker",
  "second-checker",
  "zone-administrator",
  "system",
] as const;
export type Role = (typeof ROLES)[number];

/** `import` brings files into a zone, `export` takes results out of it. */
export const DIRECTIONS = ["import", "export"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const CLASSIFICATIONS = ["personal", "pseudonymised", "anonymised", "public", "confidential"] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

export const STATES = [
  "draft",
  "submitted",
  "in-review",
  "releasing",
  "released",
  "rejecting",
  "rejected",
  "blocking",
  "blocked",
  "cancelled",
  "failed",
  "revoked",
] as const;
export type State = (typeof STATES)[number];

/** What a state means: where the files stand, and who may read them there. */
export interface StateRow {
  readonly meaning: string;
  /** `held`: with the one who asks. `quarantine`: nobody but the scanner. `review`: the checkers. `open`: the recipients. `gone`: nobody. */
  readonly files: "held" | "quarantine" | "review" | "open" | "gone";
}

export const STATE_TABLE: Readonly<Record<State, StateRow>> = {
  draft: { meaning: "being put together by the one who asks", files: "held" },
  submitted: { meaning: "files are fixed by their hashes; the scanner has them", files: "quarantine" },
  "in-review": { meaning: "scanned without a finding; waits for the checkers", files: "review" },
  releasing: { meaning: "approved; the system copies the files to their recipients", files: "review" },
  released: { meaning: "the recipients may read the files", files: "open" },
  rejecting: { meaning: "refused by a checker; the system takes the files away from review", files: "review" },
  rejected: { meaning: "refused; the files went to nobody", files: "gone" },
  blocking: { meaning: "the scanner found something; the system locks the files away", files: "quarantine" },
  blocked: { meaning: "locked away for the zone's administrator to look into", files: "quarantine" },
  cancelled: { meaning: "taken back before a decision", files: "gone" },
  failed: { meaning: "the system could not finish a step; ask again", files: "gone" },
  revoked: { meaning: "released earlier and taken back; copies made meanwhile are outside", files: "gone" },
};

/**
 * Who may move: a role, the one who asked, `approver` (the role whose approval the classification wants next), or `checkers` (all
 * roles whose approval it wants).
 */
export type Mover = Role | "requester" | "approver" | "checkers";

export interface MoveRow {
  readonly move: string;
  readonly from: State;
  readonly to: State;
  readonly who: readonly Mover[];
  /** `fix`: this move says which files they are. `same`: it proves that they are still those. `none`: no file is looked at. */
  readonly files: "fix" | "same" | "none";
  readonly why: string;
}

const SYSTEM: readonly Mover[] = ["system"];
const failing = (from: State, why: string): MoveRow => ({
  move: "fail",
  from,
  to: "failed",
  who: SYSTEM,
  files: "none",
  why,
});

/** The seventeen moves; every other pair of states is closed. */
export const MOVES: readonly MoveRow[] = [
  {
    move: "submit",
    from: "draft",
    to: "submitted",
    who: ["requester"],
    files: "fix",
    why: "only the one who asks says what shall pass; from here on the files are fixed by their hashes",
  },
  {
    move: "withdraw",
    from: "draft",
    to: "cancelled",
    who: ["requester", "zone-administrator"],
    files: "none",
    why: "taking back opens nothing; the administrator may clear away what was left behind",
  },
  failing("draft", "storage for the request could not be made"),
  {
    move: "admit",
    from: "submitted",
    to: "in-review",
    who: SYSTEM,
    files: "same",
    why: "people look at files only after the scanner found nothing in exactly these files",
  },
  {
    move: "block",
    from: "submitted",
    to: "blocking",
    who: SYSTEM,
    files: "none",
    why: "malware, or a file that is not what it says, reaches no person",
  },
  failing("submitted", "the scan did not end: a stuck request must be seen as such"),
  {
    move: "approve",
    from: "in-review",
    to: "releasing",
    who: ["approver"],
    files: "same",
    why: "the last approval that the classification wants, for exactly the files that were submitted",
  },
  {
    move: "reject",
    from: "in-review",
    to: "rejecting",
    who: ["checkers"],
    files: "none",
    why: "one checker's no is enough",
  },
  {
    move: "withdraw",
    from: "in-review",
    to: "cancelled",
    who: ["requester", "zone-administrator"],
    files: "none",
    why: "taking back opens nothing",
  },
  failing("in-review", "the files under review were lost or changed"),
  {
    move: "release",
    from: "releasing",
    to: "released",
    who: SYSTEM,
    files: "same",
    why: "what the recipients get is what was approved, proved by the hashes of the copy",
  },
  failing("releasing", "the copy could not be made"),
  { move: "return", from: "rejecting", to: "rejected", who: SYSTEM, files: "none", why: "the review copy is gone" },
  failing("rejecting", "the review copy could not be taken away"),
  { move: "lock", from: "blocking", to: "blocked", who: SYSTEM, files: "none", why: "the files are in quarantine" },
  failing("blocking", "the files could not be locked away"),
  {
    move: "revoke",
    from: "released",
    to: "revoked",
    who: ["zone-administrator", "checkers"],
    files: "none",
    why: "an error found late must be able to end the access at once",
  },
];

/** Who may ask for which direction. */
export const ASKERS: Readonly<Record<Direction, readonly Role[]>> = {
  import: ["submitter", "researcher"],
  export: ["researcher"],
};

/**
 * Whose approvals are needed, in this order, each by another person; none at all where it may never pass.
 * Only non-personal data leave (EHDS Art. 73(2)); what was personal once gets a second look for what small numbers give away.
 */
export const APPROVALS: Readonly<Record<Direction, Readonly<Record<Classification, readonly Role[]>>>> = {
  import: {
    personal: ["data-steward", "second-checker"],
    pseudonymised: ["data-steward"],
    anonymised: ["data-steward"],
    public: ["data-steward"],
    confidential: ["data-steward", "second-checker"],
  },
  export: {
    personal: [],
    pseudonymised: [],
    anonymised: ["output-checker", "second-checker"],
    public: ["output-checker"],
    confidential: ["output-checker", "second-checker"],
  },
};

/** Acts by which a person decides about another one's request: never the asker, and nobody who works on the zone's data. */
export const DECISIONS: readonly string[] = ["endorse", "approve", "reject"];

/** Everything that can be recorded: a request, an approval that is not the last, and the moves. */
export const ACTS: readonly string[] = ["request", "endorse", ...new Set(MOVES.map(({ move }) => move))];
