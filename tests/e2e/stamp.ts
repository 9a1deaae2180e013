import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A stack's state and the files of its site directory, as hashes. */
export interface StackStanding {
  readonly site: string;
  readonly state: string;
}

/**
 * What the zones were built from and came to. Where all of it is as it was after the last good `up`, and the cloud shows no drift,
 * another `up` would change nothing. Anything else, an unreadable file included, is a reason for it.
 */
export interface Standing {
  /** Of the program, its place, the cloud and the day: plans know dates. */
  readonly key: string;
  readonly stacks: Readonly<Record<string, StackStanding>>;
}

/** What decides what an `up` does, below the package's root. */
const PROGRAM = [
  ...["airlock", "bin", "components", "config", "openstack", "plan", "policies", "provider", "schemas", "scripts"],
  ...["stacks", "package.json", "package-lock.json"],
] as const;
const LEFT_OUT = new Set(["node_modules", "__pycache__"]);

/** Adds a file, or all files of a directory in the order of their names. A link counts as where it leads. */
function add(hash: ReturnType<typeof createHash>, path: string, deep: boolean): void {
  for (const entry of readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (LEFT_OUT.has(entry.name)) continue;
    if (entry.isDirectory()) {
      if (deep) add(hash, inner, true);
      continue;
    }
    hash.update(`\n${inner}\n`);
    hash.update(entry.isSymbolicLink() ? readlinkSync(inner) : readFileSync(inner));
  }
}

const hashed = (fill: (hash: ReturnType<typeof createHash>) => void): string => {
  const hash = createHash("sha256");
  fill(hash);
  return hash.digest("hex");
};

export interface Place {
  /** Of the package whose program runs. */
  readonly root: string;
  /** Files that tell one cloud from another: its secrets are made anew with it. */
  readonly cloud: readonly string[];
  /** Directory of each stack. */
  readonly stacks: Readonly<Record<string, string>>;
}

const keyOf = ({ root, cloud }: Place): string =>
  hashed((hash) => {
    hash.update(`${realpathSync(root)} ${new Date().toISOString().slice(0, 10)}`);
    for (const name of PROGRAM) {
      const path = join(root, name);
      if (name.endsWith(".json")) hash.update(readFileSync(path));
      else add(hash, path, true);
    }
    for (const file of cloud) hash.update(readFileSync(file));
  });

/**
 * What a stack is at this moment.
 * @throws Error where its state or its site cannot be read
 */
export const stackStanding = ({ stacks }: Place, stack: string): StackStanding => {
  const site = stacks[stack]!;
  return {
    site: hashed((hash) => {
      add(hash, site, false);
      hash.update(realpathSync(join(site, "node_modules", "tresor")));
    }),
    state: hashed((hash) => hash.update(readFileSync(join(site, "state/.pulumi/stacks/tresor", `${stack}.json`)))),
  };
};

/** @throws Error where anything of it cannot be read */
export const standingOf = (place: Place): Standing => ({
  key: keyOf(place),
  stacks: Object.fromEntries(Object.keys(place.stacks).map((stack) => [stack, stackStanding(place, stack)])),
});

/** Which part of two standings differs, in words; undefined where none does. */
export function difference(before: Standing, now: Standing): string | undefined {
  if (before.key !== now.key) return "the program, the cloud or the day is another";
  for (const stack of Object.keys({ ...before.stacks, ...now.stacks }))
    for (const part of ["site", "state"] as const)
      if (before.stacks[stack]?.[part] !== now.stacks[stack]?.[part]) return `the ${part} of ${stack} is another`;
  return undefined;
}

/**
 * Why zones that were used are not as they were built; undefined where they are. A stack whose state is another must have come to it by a
 * good `up` of the very files that were there before.
 * @param applied what each stack was right after its last good `up`
 */
export function usedUp(
  before: Standing,
  now: Standing,
  applied: Readonly<Record<string, StackStanding | undefined>>,
): string | undefined {
  const stacks = Object.entries(before.stacks).map(([stack, built]) => {
    const last = applied[stack];
    return [stack, last?.site === built.site ? { ...built, state: last.state } : built] as const;
  });
  return difference({ ...before, stacks: Object.fromEntries(stacks) }, now);
}

/** Where a standing is kept while nobody uses the zones. Whoever uses them takes it away: a run that is killed leaves none. */
export class Stamp {
  readonly #file: string;
  readonly #place: Place;

  constructor(file: string, place: Place) {
    this.#file = file;
    this.#place = place;
  }

  /** Takes the stamp away, and says why the zones cannot be taken as built; undefined where they can as far as files tell. */
  take(): string | undefined {
    try {
      const before = JSON.parse(readFileSync(this.#file, "utf8")) as Standing;
      return difference(before, standingOf(this.#place));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "no run before left them as built";
      return String(error);
    } finally {
      rmSync(this.#file, { force: true });
    }
  }

  /** Says that the zones stand as built. */
  leave(standing: Standing): void {
    writeFileSync(this.#file, JSON.stringify(standing), { mode: 0o600 });
  }
}
