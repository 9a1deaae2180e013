import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lineOf, sealed, type Entry } from "../../airlock/entry.ts";
import { verifyRecord } from "../../airlock/record.ts";
import type { Dice } from "../../bench/generate.ts";
import { UserError, type Problem } from "../../config/problem.ts";
import { parseYaml } from "../../config/yaml.ts";
import { foldJournal, readEvents } from "../../deletion/journal.ts";
import { receiptOf } from "../../deletion/receipt.ts";
import { diffPlans } from "../../plan/render/diff.ts";
import { publish } from "../../plan/render/publish.ts";
import { parseCluster } from "../../quobyte/clusters-text.ts";
import { parsePlan } from "../../scripts/commands/plan-file.ts";
import { verifyReceipt } from "../../scripts/destroy/receipt-files.ts";
import { parseActors } from "../../scripts/site/airlock-actors.ts";
import { examples } from "../unit/plan/examples.ts";
import { CASES, announce, boundary, fuzzWaiting, problemsOf, told } from "./fuzz.ts";
import { mutateText, mutateValue, toYaml } from "./mutate.ts";
import { CANARY, ENTRY, SAMPLES } from "./schemas/samples.ts";

let directory: string;
beforeAll(() => {
  announce();
  directory = mkdtempSync(join(tmpdir(), "tresor-fuzz-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const textOf = (noisy: string | Uint8Array): string =>
  typeof noisy === "string" ? noisy : Buffer.from(noisy).toString("utf8");

/** What a refusal of a file lacks, and whether it repeats what is secret. */
function lacking(problems: readonly Problem[]): readonly string[] {
  return problems.flatMap(({ allowed, ...rest }) => [
    ...(rest.next === undefined && allowed === undefined ? [`no way on: ${rest.what.slice(0, 60)}`] : []),
    ...(JSON.stringify(rest).includes(CANARY) ? ["a secret in a message"] : []),
  ]);
}

const bothReached = (outcomes: Record<string, number>): void => {
  if (CASES >= 1000) for (const one of ["accepted", "refused"]) expect(outcomes[one]).toBeGreaterThan(CASES / 100);
};

const CLUSTERS = `clusters:
  main:
    url: https://quobyte.example.org:7860
    ca: quobyte-ca.pem
    user: tresor
    password: ${CANARY}
`;

describe("files of a site, as any text", () => {
  it("quobyte.yaml is refused with a way on, and no message repeats a password", async () => {
    const value = parseYaml(CLUSTERS).value;
    const outcomes = await boundary("quobyte.yaml", 400, (dice) => {
      const text = dice.next() < 0.5 ? textOf(mutateText(dice, CLUSTERS)) : toYaml(mutateValue(dice, value));
      const name = dice.one(["main", "main", "main", "absent", "constructor", "__proto__", ""]);
      let url: string | undefined;
      const problems = problemsOf(() => (url = parseCluster(name, text, "quobyte.yaml").url));
      const defects = [...lacking(problems)];
      if (url !== undefined && !/^https:/i.test(url)) defects.push("accepted without TLS");
      return { outcome: url === undefined ? "refused" : "accepted", defects };
    });
    bothReached(outcomes);
  });

  it("a table of the airlock's actors is refused with a way on", async () => {
    const [value] = SAMPLES["airlock/actors.ts"]?.["actorsSchema"] ?? [];
    const plain = toYaml(value);
    const outcomes = await boundary("airlock actors", 401, (dice) => {
      const text = dice.next() < 0.5 ? textOf(mutateText(dice, plain)) : toYaml(mutateValue(dice, value));
      let actors: unknown;
      const problems = problemsOf(() => (actors = parseActors(text, "actors.yaml")));
      return { outcome: actors === undefined ? "refused" : "accepted", defects: lacking(problems) };
    });
    bothReached(outcomes);
  });
});

/** Lines of JSON with one of them changed, as text or as a value. */
function changedLines(dice: Dice, values: readonly unknown[]): string {
  const lines = values.map((one) => JSON.stringify(one));
  if (dice.next() < 0.4) return textOf(mutateText(dice, `${lines.join("\n")}\n`));
  const at = dice.between([0, values.length - 1]);
  return `${lines.map((line, index) => (index === at ? JSON.stringify(mutateValue(dice, values[at])) : line)).join("\n")}\n`;
}

const AT = "2026-11-21T12:00:00.000Z";
const SEEN = {
  ...{ kind: "volume", id: "v", name: "x", project: "heart", facts: { encrypted: true, sizeGiB: 5 } },
  ...{ maker: "stack", owner: "zone", data: true, method: "cryptoShred" },
};
const LIST = { kind: "volume", by: "zone", state: "listed", count: 1 };
const BEGIN = { event: "begin", at: AT, zone: "digimed", domainId: "d", version: "0.1.0", half: "zone" };
const EVENTS = [
  { ...BEGIN, by: { user: "p", userId: "u", scope: "d" } },
  { event: "seen", at: AT, by: "zone", objects: [SEEN] },
  { event: "lists", at: AT, phase: "before", lists: [LIST] },
  { event: "stage", at: AT, stage: "keys", state: "done" },
  { event: "gone", at: AT, keys: ["volume/v"] },
  { event: "lists", at: AT, phase: "after", lists: [{ ...LIST, count: 0 }] },
  { event: "attested", at: AT, what: "rows", by: "ada" },
  { event: "end", at: AT, left: [{ kind: "backup", why: "it is kept", next: "remove it" }] },
];

describe("records, as any text", () => {
  it("a journal of a deletion is refused by its line, or makes a receipt", async () => {
    const outcomes = await boundary("journal", 410, (dice) => {
      const text = changedLines(dice, EVENTS);
      let events: ReturnType<typeof readEvents>;
      try {
        events = readEvents(text);
      } catch (error) {
        const isTold = error instanceof Error && /^line \d+ is no event$/.test(error.message);
        return { outcome: "refused", defects: isTold ? [] : [`another error: ${String(error).slice(0, 80)}`] };
      }
      const journal = foldJournal(events);
      // Without a first line there is nothing to make one of.
      if (journal.runs.length > 0) receiptOf(journal, { left: [], until: AT, publicKey: "k" });
      return { outcome: "accepted", defects: [] };
    });
    bothReached(outcomes);
  });

  it("a record of the airlock is told from one that was changed", async () => {
    // A request names no files yet: with them the schema takes it, and the rules of the machine do not.
    const { files: _files, ...lawful } = ENTRY;
    const entry = sealed(lawful as unknown as Entry);
    const whole = lineOf(entry);
    const outcomes = await boundary("airlock record", 411, (dice) => {
      const text =
        dice.next() < 0.1
          ? whole
          : dice.next() < 0.5
            ? textOf(mutateText(dice, whole))
            : `${JSON.stringify(mutateValue(dice, entry))}\n`;
      let clean = false;
      const problems = problemsOf(() => (clean = verifyRecord(text).findings.length === 0));
      const defects = [...lacking(problems)];
      if (clean && text.trim() !== whole.trim() && text.trim() !== "")
        defects.push("taken for whole, and it was changed");
      return { outcome: clean ? "accepted" : "refused", defects };
    });
    bothReached(outcomes);
  });

  it("a deletion receipt is verified or not, and never more than that", async () => {
    const [receipt] = SAMPLES["deletion/receipt.ts"]?.["receiptSchema"] ?? [];
    const file = join(directory, "receipt.json");
    writeFileSync(`${file}.sig`, "bm8gc2lnbmF0dXJl\n");
    const start = performance.now();
    const tally = await fuzzWaiting(412, async (dice) => {
      const noisy =
        dice.next() < 0.5
          ? mutateText(dice, JSON.stringify(receipt))
          : (JSON.stringify(mutateValue(dice, receipt)) ?? "");
      writeFileSync(file, noisy);
      const { ok, why } = await verifyReceipt(file, dice.next() < 0.3 ? "another" : undefined);
      const defects = [...(ok ? ["verified without a signature"] : []), ...(ok || why ? [] : ["no reason"])];
      return { outcome: why?.includes("signature") === true ? "unsigned" : "refused", defects };
    });
    const outcomes = await told("receipt", start, tally);
    if (CASES >= 1000) for (const one of ["unsigned", "refused"]) expect(outcomes[one]).toBeGreaterThan(0);
  });
});

describe("an earlier plan, as any text", () => {
  it("is refused with a way on, or compared", async () => {
    const plan = publish({ kind: "zone", config: examples.zone() }, undefined, "2026-11-21");
    const plain = JSON.stringify(plan);
    const outcomes = await boundary("plan", 420, (dice) => {
      const text = dice.next() < 0.4 ? textOf(mutateText(dice, plain)) : JSON.stringify(mutateValue(dice, plan));
      let earlier: ReturnType<typeof parsePlan> | undefined;
      try {
        earlier = parsePlan(text, "old.json");
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { outcome: "refused", defects: lacking(error.problems) };
      }
      const sentences = [...diffPlans(earlier, plan), ...diffPlans(plan, earlier)];
      const defects = sentences.some((one) => one.text === "") ? ["a sentence without words"] : [];
      return { outcome: "accepted", defects };
    });
    bothReached(outcomes);
  });
});
