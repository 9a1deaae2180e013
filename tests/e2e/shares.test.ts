import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, isRefusal } from "../../scripts/attacks/call.ts";
import type { Named, World } from "../../scripts/proof/world.ts";
import { openIdentities, type Identity, type Who } from "./credentials/identities.ts";
import { OPERATIONS, SIX, type One, type Operation } from "./shares/operations.ts";
import { locksOf, makeTarget, removeTarget, rulesOf, type Target } from "./shares/target.ts";
import { buildZones, openZones, refreshCheck, up } from "./zones.ts";

const MANILA = "shared-file-system";

let world: World;
let identities: Readonly<Record<Who, Identity>>;
let target: Target | undefined;
let cohort: string;
const undos: (() => Promise<unknown>)[] = [];

const sayings = (operation: Operation): readonly string[] =>
  SIX.map((who) => `${who}: ${operation.may.includes(who) ? "allowed" : "refused"}`);

/** What the cloud said to one of the six. */
async function verdict(operation: Operation, who: One): Promise<string> {
  const answer = await operation.try(target!, identities[who].on(MANILA), who);
  if (answer.status >= 200 && answer.status < 300) return `${who}: allowed`;
  return isRefusal(answer, operation.refusals)
    ? `${who}: refused`
    : `${who}: ${answer.status} ${answer.message ?? ""} (${operation.why})`;
}

describe("shares of a zone on a real Manila", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
    identities = await openIdentities(world, `shares-${randomBytes(3).toString("hex")}`, (undo) => undos.push(undo));
    const owner = world.zone.areas["commons"]!;
    const shares = await owner.paginate<Named>(MANILA, "/shares", "shares");
    cohort = shares.find(({ name }) => name === "digimed-commons-cohort")!.id;
    target = await makeTarget(owner);
  });
  afterAll(async () => {
    if (target) await removeTarget(target);
    for (const undo of undos.splice(0).toReversed()) await undo();
    await world?.close();
  });

  it.each(OPERATIONS.map((operation) => [operation.title, operation] as const))(
    "DIGIMED-9 DIGIMED-10 DIGIMED-11 EV-11: who may %s",
    async (_, operation) => {
      const said: string[] = [];
      for (const who of SIX) said.push(await verdict(operation, who));
      expect(said).toEqual(sayings(operation));
      // Where nobody may, the same call on what is not locked shows that the refusals are the lock's.
      if (operation.may.length === 0) expect((await operation.control!(target!)).status).toBe(202);
    },
  );

  it("DIGIMED-10: the hub of a shared area is one share, read and write by bench network, all of it locked", async () => {
    const owner = world.zone.areas["commons"]!;
    const rules = await rulesOf(owner, cohort);
    expect(rules.map(({ access_to }) => access_to).toSorted()).toEqual(
      ["10.8.0.0/24", "10.8.1.0/24", "10.8.2.0/24", "fd00:8::/64", "fd00:8:0:1::/64", "fd00:8:0:2::/64"].toSorted(),
    );
    for (const { id } of rules)
      for (const action of ["delete", "show"])
        expect(await locksOf(target!, id, action), `${id} ${action}`).toHaveLength(1);
    // Control: a reader of the area sees as many rules, and of none whom it lets in.
    const masked = await rulesOf(identities["person ro"].on(MANILA), cohort);
    expect(masked.map(({ access_to }) => access_to)).toEqual(rules.map(() => "******"));
  });

  it("DIGIMED-9: a lock that the operator took off is drift, and put on again without a double", async () => {
    const drop = async (id: string, action: string): Promise<void> => {
      for (const lock of await locksOf(target!, id, action))
        expect((await call(world.operator, MANILA, "DELETE", `/resource-locks/${lock.id}`)).status).toBe(204);
    };
    const [rule] = await rulesOf(world.zone.areas["commons"]!, cohort);
    await drop(rule!.id, "show");
    await drop(cohort, "delete");
    await removeTarget(target!);
    target = undefined;
    for (const undo of undos.splice(0).toReversed()) await undo();
    await refreshCheck("digimed", 7);
    await up("digimed");
    const owner = { owner: world.zone.areas["commons"]!, share: cohort, rule: rule!.id };
    expect(await locksOf(owner, rule!.id, "show")).toHaveLength(1);
    expect(await locksOf(owner, cohort, "delete")).toHaveLength(1);
    await up("digimed");
    expect(await locksOf(owner, cohort, "delete")).toHaveLength(1);
    await refreshCheck("digimed");
  });
});
