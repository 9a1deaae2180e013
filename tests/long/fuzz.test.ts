import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Dice } from "../../bench/generate.ts";
import type { StackConfig } from "../../config/index.ts";
import { parseYaml } from "../../config/yaml.ts";
import { parseCloud } from "../../openstack/clouds-file.ts";
import { allocate } from "../../plan/allocation.ts";
import { checkLedger } from "../../plan/ledger-check.ts";
import type { Ledger } from "../../plan/ledger.ts";
import { diffPlans } from "../../plan/render/diff.ts";
import { mermaid } from "../../plan/render/mermaid.ts";
import { pictureOf } from "../../plan/render/picture.ts";
import { publish } from "../../plan/render/publish.ts";
import { svg } from "../../plan/render/svg.ts";
import { flowRows, planRows } from "../../plan/render/table.ts";
import { checkStackConfig, checkStackFile } from "../../policies/index.ts";
import { ledgerText, parseLedger } from "../../plan/ledger-file.ts";
import { CASES, announce, boundary, lacks, problemsOf } from "./fuzz.ts";
import { mutateText, mutateValue, toYaml } from "./mutate.ts";

const today = "2026-11-21";
const example = (name: string): string =>
  readFileSync(new URL(`../../stacks/examples/${name}`, import.meta.url), "utf8");
const STACKS = {
  platform: ["Pulumi.platform.yaml"],
  tenant: ["Pulumi.digimed-tenant.yaml", "Pulumi.mini-tenant.yaml"],
  zone: ["Pulumi.digimed.yaml", "Pulumi.mini.yaml"],
} as const;
const { ledger } = parseLedger(example("ledger.yaml"), "ledger.yaml");
const tenant = checkStackFile(example("Pulumi.mini-tenant.yaml"), "x", { today, ledger }).stack;

beforeAll(announce);

/** Plans and draws what was accepted: none of it may throw. */
function planned(stack: StackConfig): void {
  const known = stack.kind === "tenant" ? allocate(ledger, stack.config) : ledger;
  const plan = publish(stack, known);
  planRows(plan);
  flowRows(plan);
  diffPlans(plan, plan);
  if (stack.kind === "platform") return; // has no areas to draw
  const picture = pictureOf(plan);
  mermaid(picture);
  svg(picture);
}

/** What allocation refuses is no defect of the config: a pool or a block has an end. */
const isExhausted = (stack: StackConfig): boolean =>
  stack.kind === "tenant" && problemsOf(() => allocate(ledger, stack.config)).length > 0;

function judged(
  problems: readonly Parameters<typeof lacks>[0][],
  stack: StackConfig | undefined,
): { outcome: string; defects: string[] } {
  const defects = problems.flatMap(lacks);
  if (problems.length === 0 && stack === undefined) defects.push("neither accepted nor refused");
  if (problems.length > 0 && stack !== undefined) defects.push("accepted and refused");
  if (stack === undefined) return { outcome: "refused", defects };
  if (isExhausted(stack)) return { outcome: "exhausted", defects };
  planned(stack);
  return { outcome: "accepted", defects };
}

describe("stack files: no mutation crashes, hangs, or is refused without a place and a way on", () => {
  for (const [number, [kind, files]] of Object.entries(STACKS).entries()) {
    const texts = files.map(example);
    const values = texts.map((text) => parseYaml(text).value);

    it(`${kind}: as text, through reader, rules, plan and pictures`, async () => {
      const outcomes = await boundary(`stack-${kind}`, 10 + number, (dice) => {
        const input =
          dice.next() < 0.4 ? mutateText(dice, dice.one(texts)) : toYaml(mutateValue(dice, dice.one(values)));
        const { problems, stack } = checkStackFile(input, "x.yaml", { today, ledger });
        const result = judged(problems, stack);
        const lines = typeof input === "string" ? input.split(/\r\n|\n|\r/).length : Infinity;
        for (const { position, what } of problems)
          if (position !== undefined && (position.line > lines + 1 || position.line < 1 || position.column < 1))
            result.defects.push(`a place outside of the file: ${what.slice(0, 60)}`);
        return result;
      });
      // A fuzzer that nothing passes, or that everything passes, proves nothing.
      if (CASES >= 1000)
        for (const outcome of ["accepted", "refused"]) expect(outcomes[outcome]).toBeGreaterThan(CASES / 100);
    });

    it(`${kind}: as values, as the engine hands them over`, async () => {
      const bodies = values.map((value) => (value as { config: Record<string, unknown> }).config[`tresor:${kind}`]);
      await boundary(`config-${kind}`, 20 + number, (dice) => {
        const value = mutateValue(dice, dice.one(bodies));
        const { problems, stack } = checkStackConfig(kind as keyof typeof STACKS, value, { today, ledger });
        return judged(problems, stack);
      });
    });
  }
});

describe("the ledger", () => {
  it("is refused with a place and a way on, or checked, allocated from and written back", async () => {
    const text = example("ledger.yaml");
    const value = parseYaml(text).value;
    const written = (dice: Dice): string => {
      if (dice.next() >= 0.4) return toYaml(mutateValue(dice, value));
      const noisy = mutateText(dice, text);
      return typeof noisy === "string" ? noisy : Buffer.from(noisy).toString("utf8");
    };
    await boundary("ledger", 30, (dice) => {
      const input = written(dice);
      let file: ReturnType<typeof parseLedger> | undefined;
      const problems = problemsOf(() => (file = parseLedger(input, "ledger.yaml")));
      const defects = problems.flatMap(lacks);
      if (file === undefined) return { outcome: "refused", defects };
      const violations = checkLedger(file.ledger);
      for (const { what, next, allowed } of violations)
        if (next === undefined && allowed === undefined) defects.push(`violation without a way on: ${what}`);
      defects.push(...grown(file));
      return { outcome: violations.length > 0 ? "violated" : "accepted", defects };
    });
  });
});

/** Allocates a zone from a ledger and reads it back as written: what stood there stays. */
function grown(file: ReturnType<typeof parseLedger>): readonly string[] {
  if (tenant?.kind !== "tenant") throw new Error("the example is refused");
  let next: Ledger | undefined;
  const problems = problemsOf(() => (next = allocate(file.ledger, { ...tenant.config, zone: "newcomer" })));
  if (next === undefined)
    return problems.flatMap(({ what, next: way }) => (way === undefined ? [`no way on: ${what}`] : []));
  const again = parseLedger(ledgerText(file, next), "ledger.yaml").ledger;
  const same = JSON.stringify(again, null, 1) === JSON.stringify(next, null, 1);
  return same ? [] : ["what was written is not what was allocated"];
}

const SECRET = "pa55-phrase-of-nobody";
const CLOUDS = `clouds:
  operator:
    auth:
      auth_url: https://cloud.example:5000/v3
      username: admin
      password: ${SECRET}
      user_domain_name: Default
      project_name: admin
      project_domain_name: Default
    region_name: RegionOne
    interface: public
    identity_api_version: 3
  pipeline:
    auth_type: v3applicationcredential
    auth:
      auth_url: http://127.0.0.1:5000
      application_credential_id: 0f1e2d3c
      application_credential_secret: ${SECRET}
    verify: false
  person:
    auth: { auth_url: "https://[::1]/identity", token: ${SECRET}, system_scope: all }
    auth_type: token
    cacert: /etc/ssl/ca.pem
`;

describe("clouds.yaml", () => {
  it("is refused with the entry's name and a way on, without a line of the file in a message about its syntax", async () => {
    const value = parseYaml(CLOUDS).value;
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const outcomes = await boundary("clouds", 40, (dice) => {
      const noisy = dice.next() < 0.4 ? mutateText(dice, CLOUDS) : toYaml(mutateValue(dice, value));
      const text = typeof noisy === "string" ? noisy : Buffer.from(noisy).toString("utf8");
      const secure = dice.next() < 0.2 ? toYaml(mutateValue(dice, value)) : undefined;
      const name = dice.one(["operator", "pipeline", "person", "absent", "constructor", "__proto__", "toString", ""]);
      let entry: ReturnType<typeof parseCloud> | undefined;
      const problems = problemsOf(() => (entry = parseCloud(name, text, "clouds.yaml", secure)));
      const defects = problems.flatMap((problem) => {
        const places = [problem.path, problem.position, problem.what.includes(".yaml") || undefined];
        const place = places.some((one) => one !== undefined) ? { path: "clouds" } : {};
        const leak = /no valid YAML/.test(problem.what) && JSON.stringify(problem).includes(SECRET);
        return [...lacks({ ...problem, ...place }), ...(leak ? ["a password in a message about syntax"] : [])];
      });
      if (entry !== undefined && !URL.canParse(entry.authUrl)) defects.push("accepted with an address that is none");
      return { outcome: entry === undefined ? "refused" : "accepted", defects };
    });
    expect(JSON.stringify(warned.mock.calls)).not.toContain(SECRET);
    warned.mockRestore();
    if (CASES >= 1000) expect(outcomes["accepted"]).toBeGreaterThan(CASES / 100);
  });
});
