import * as z from "zod";
import { actorSchema, listSchema, type Journal, type ListResult } from "./journal.ts";
import { METHODS, keyOf, saidOf, type Left } from "./types.ts";
import { limitsOf, METHOD_WORDS } from "./words.ts";

const time = z.iso.datetime().describe("UTC, RFC 3339.");
const text = z.string().min(1);

const objectSchema = z.strictObject({
  kind: text.describe("What it was: volume, share, secret, machine, network ..."),
  id: text.describe("The cloud's id; of an object container its name."),
  name: z.string(),
  project: text.describe("Name of the project or domain that it lay in."),
  data: z.boolean().describe("Whether it held data of the zone."),
  maker: z
    .enum(["stack", "bench", "cloud", "hand"])
    .describe("Who made it: a stack, people on a bench, the cloud itself, somebody by hand."),
  method: z.enum(METHODS).describe("How it was deleted."),
  sizeGiB: z.number().int().min(0).optional(),
  at: time.describe("When its service no longer had it: at the latest then it was gone."),
});

const checkedSchema = z.strictObject({
  kind: text,
  by: z.enum(["zone", "operator"]).describe("Whose credential listed."),
  state: listSchema.shape.state.describe("notOffered: the cloud has no such list. unseen: it was refused."),
  before: z.number().int().min(0).describe("How many of the zone's the same list saw before: the control."),
  after: z
    .number()
    .int()
    .min(0)
    .describe("How many it saw when it was listed last: by the zone after its half, by the operator after both."),
  at: time.describe("When it was listed last."),
});

const leftSchema = z.strictObject({
  ...{ kind: text, id: text.optional(), name: z.string().optional(), project: text.optional() },
  why: text.describe("Why it is left."),
  next: text.describe("What takes it away."),
});

/** A deletion receipt, format 1. */
export const receiptSchema = z.strictObject({
  format: z.literal(1),
  type: z.literal("tresor-deletion-receipt"),
  zone: z.strictObject({ name: text, domainId: text.describe("Keystone's id of the zone's domain.") }),
  from: time.describe("Begin of the first run."),
  until: time.describe("End of the last run."),
  runs: z.array(
    z.strictObject({
      ...{ at: time, by: actorSchema.strict(), version: text.describe("Version of Tresor.") },
      half: z.enum(["zone", "operator"]).describe("Whose half of the zone this run worked on."),
    }),
  ),
  objects: z.array(objectSchema).describe("What was deleted, in all runs."),
  lists: z.array(checkedSchema).describe("What was listed to tell that nothing is left."),
  left: z.array(leftSchema).describe("What is left. Empty: nothing."),
  nothingLeft: z.boolean(),
  attested: z
    .array(z.strictObject({ what: z.literal("rows"), at: time, by: text }))
    .describe("What persons say was done where no API shows it: the purge of Barbican's deleted rows."),
  methods: z.record(z.string(), text).describe("What each method that occurs means."),
  limits: z.array(text).describe("What no API can show, and this receipt therefore does not say."),
  signer: z.strictObject({
    algorithm: z.literal("Ed25519"),
    publicKey: text.describe("SPKI, DER, base64. Compare it with the key that the signer gave you another way."),
  }),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** The published schema. */
export const receiptJsonSchema = (): object => ({
  ...(z.toJSONSchema(receiptSchema) as object),
  title: "Deletion receipt of Tresor",
});

/** What is demanded of the operator once a secret was deleted: Barbican keeps the row. */
export const ROWS: Left = {
  kind: "database rows",
  name: "deleted keys in Barbican",
  why: "Barbican hides deleted secrets and keeps their rows, ciphertext included, until they are purged",
  next: "the operator runs `barbican-manage db clean --min-days 0 --soft-delete-expired-secrets`, and tells it by `tresor destroy --rows-purged-by <name>`",
};

/** Of a key that expired its order alone is still listed; its row is there as well. */
const isKey = (kind: string): boolean => kind === "secret" || kind === "key order";

/** An attestation counts for what was deleted before it. */
function rowsLeft({ objects, attested }: Journal): readonly Left[] {
  const gone = [...objects.values()].flatMap(({ kind, goneAt }) => (isKey(kind) && goneAt ? goneAt : []));
  const last = gone.toSorted().at(-1);
  if (last === undefined || attested.some(({ at }) => at >= last)) return [];
  return [ROWS];
}

/**
 * Shares that their driver only stopped to offer: their bytes are at the storage until a list of the storage itself, made after that,
 * tells what became of them.
 */
function unexportedLeft({ objects, after }: Journal): readonly Left[] {
  const listed = after.get("Quobyte volume/operator");
  const since = listed?.state === "listed" ? listed.at : "";
  return [...objects.values()]
    .filter(({ method, goneAt }) => method === "unexport" && goneAt !== undefined && goneAt > since)
    .map(({ name, project }) => ({
      ...{ kind: "Quobyte volume", name, project },
      why: "Manila's driver no longer offers the share and may have left its bytes in Quobyte",
      next: "the operator's half erases it where `tenant.quobyte` names the cluster: `tresor destroy` with --operator",
    }));
}

const zoneControl = (journal: Journal): Receipt["lists"] =>
  [...journal.after].map(([key, { kind, by, state, count, at }]) => ({
    ...{ kind, by, state, at, after: count },
    before: journal.before.get(key)?.count ?? 0,
  }));

/** Lists that could not be made are no proof that nothing is left. */
const unseen = (lists: readonly ListResult[]): readonly Left[] =>
  lists
    .filter(({ state, kind, by }) => {
      const other = lists.some((one) => one.kind === kind && one.by !== by && one.state === "listed");
      return state === "unseen" && !other;
    })
    .map(({ kind, by }) => ({
      kind,
      why: `the ${by === "zone" ? "zone's" : "operator's"} credential may not list it: it could not be checked`,
      next: "run it with --operator, whose credential lists all projects, or ask the operator",
    }));

export interface ReceiptFacts {
  /** What the run found to be left. */
  readonly left: readonly Left[];
  readonly until: string;
  readonly publicKey: string;
}

/**
 * The receipt of all runs of a journal: everything that was ever seen is in it once, either deleted or left.
 * @throws Error where the journal has no run: a defect
 */
export function receiptOf(journal: Journal, { left, until, publicKey }: ReceiptFacts): Receipt {
  const [first] = journal.runs;
  if (first === undefined || journal.zone === undefined || journal.domainId === undefined)
    throw new Error("a journal without a run has no receipt");
  const objects = [...journal.objects.values()];
  const gone = objects.flatMap((one) => {
    const { kind, id, name, project, data, maker, method, facts, goneAt: at } = one;
    if (at === undefined) return [];
    const size = facts.sizeGiB === undefined ? {} : { sizeGiB: facts.sizeGiB };
    return [{ ...{ kind, id, name, project, data, maker, method, at }, ...size }];
  });
  const lists = zoneControl(journal);
  const told = new Set(left.map(({ kind, id = "" }) => keyOf({ kind, id })));
  const forgotten = objects
    .filter((one) => one.goneAt === undefined && !told.has(keyOf(one)))
    .map(({ kind, id, name, project }): Left => ({
      ...{ kind, id, name, project },
      why: "it was seen, and no list since told that it is gone",
      next: "run `tresor destroy` again",
    }));
  const all = [
    ...left,
    ...forgotten,
    ...unseen([...journal.after.values()]),
    ...unexportedLeft(journal),
    ...rowsLeft(journal),
  ];
  const methods = [...new Set(gone.map(({ method }) => method))].toSorted();
  return {
    ...{ format: 1, type: "tresor-deletion-receipt", from: first.at, until },
    zone: { name: journal.zone, domainId: journal.domainId },
    runs: journal.runs.map(({ at, half, by, version }) => ({ at, half, by, version })),
    ...{ objects: gone, lists, left: all.map(plain), nothingLeft: all.length === 0 },
    attested: journal.attested.map(({ at, by }) => ({ what: "rows", at, by })),
    methods: Object.fromEntries(methods.map((method) => [method, METHOD_WORDS[method]])),
    limits: [...limitsOf(gone)],
    signer: { algorithm: "Ed25519", publicKey },
  };
}

function plain({ kind, id, name, project, why, next }: Left): Receipt["left"][number] {
  const optional = Object.entries({ id, name, project }).filter(([, value]) => value !== undefined && value !== "");
  return { kind, ...(Object.fromEntries(optional) as object), why, next };
}

/** `volume "x" (8e2f) of heart: why`. */
export const leftLine = (left: Left): string => `${saidOf(left)}: ${left.why}`;
