import type { TenantConfig } from "../../config/index.ts";
import { factsOfKind, isInProject } from "../../deletion/table.ts";
import { keyOf, type Found, type Left, type Seen } from "../../deletion/types.ts";
import type { Session } from "../../openstack/index.ts";
import { destroyStack, readState, unprotectStack, type StackPlace } from "../site/state.ts";
import { findDomain, goneIdentity, identityInventory } from "./identity.ts";
import { operatorInventory, type Inventory } from "./inventory.ts";
import type { JournalFile } from "./journal-file.ts";
import { leftoverInventory, removeLeftovers } from "./leftovers.ts";
import { eraseQuobyte, quobyteInventory, removeTenants, type Clusters } from "./quobyte.ts";
import { AGAIN, enter } from "./zone-half.ts";

export interface OperatorHalf {
  readonly config: TenantConfig;
  readonly operator: Session;
  readonly stack: StackPlace;
  readonly journal: JournalFile;
  /** Quobyte clusters that the tenant names. */
  readonly clusters: Clusters;
  readonly say: (what: string) => void;
}

/** The zone's projects by id: those that are there, and those that the journal knows of. */
async function projectsOf({ journal, operator, config }: OperatorHalf): Promise<ReadonlyMap<string, string>> {
  const known = [...journal.read().objects.values()].filter(({ kind }) => kind === "project");
  const domain = await findDomain(operator, config.zone);
  const what = "list the zone's projects";
  const live =
    domain === undefined
      ? []
      : await operator.paginate<{ id: string; name: string }>("identity", "/projects", "projects", {
          ...{ query: { domain_id: domain.id }, what },
        });
  return new Map([...known, ...live].map(({ id, name }) => [id, name]));
}

/** Everything of the zone that the operator's lists show. */
export async function lookAsOperator(half: OperatorHalf): Promise<Inventory> {
  const { operator, config } = half;
  const projects = await projectsOf(half);
  const domain = await findDomain(operator, config.zone);
  const [objects, leftovers, quobyte, identity] = await Promise.all([
    operatorInventory(operator, projects),
    leftoverInventory(operator, projects),
    quobyteInventory(half.clusters, projects),
    domain === undefined ? goneIdentity("operator") : identityInventory(operator, domain, "operator"),
  ]);
  return {
    found: [...objects.found, ...leftovers.found, ...quobyte.found, ...identity.found],
    lists: [...objects.lists, ...leftovers.lists, ...quobyte.lists, ...identity.lists],
  };
}

/**
 * What the operator sees and the zone's half did not: the operator's own, and what hides from the zone. An adopted object is left by
 * the engine and told by the lists.
 */
export const judgedByOperator = (found: readonly Found[]): readonly Seen[] => found.map(judgeOne);

function judgeOne(one: Found): Seen {
  const { data = false, owner } = factsOfKind(one.kind);
  const isClouds = one.kind === "security group" && one.name === "default";
  const isNeutrons = one.kind === "port" && one.facts.device?.startsWith("network:") === true;
  const identity = ["user", "group", "role assignment", "application credential", "trust"].includes(one.kind);
  const ofTenant = owner === "tenant" || isClouds || isNeutrons || identity;
  const method = one.kind === "Quobyte volume" ? "erase" : "delete";
  const maker = isClouds || isNeutrons ? "cloud" : ofTenant ? "stack" : "hand";
  return { ...one, data, maker, owner: ofTenant ? "tenant" : "zone", method };
}

const NEXT = "take the zone's half down first: `tresor destroy` with the zone's site directory";

/** Objects in the zone's projects that the tenant's stack would strand: projects may go only when they are empty. */
function inTheWay({ found }: Inventory, half: OperatorHalf): readonly Left[] {
  const known = half.journal.read().objects;
  return found.flatMap((one): readonly Left[] => {
    const { owner } = known.get(keyOf(one)) ?? judgeOne(one);
    const { kind, id, name, project } = one;
    // Users and groups go with their domain: nobody's data is stranded by that.
    return owner === "tenant" || !isInProject(kind)
      ? []
      : [{ kind, id, name, project, why: "it is still in the zone's project", next: NEXT }];
  });
}

/** What the tenant's stack itself made in a project's network: legs of gateways are ports of the area's project. */
const isUplink = (stateText: string) => (one: Left) => one.kind === "port" && stateText.includes(one.id ?? "\u0000");

/**
 * The operator's half: the tenant's stack, then what services keep when a project is deleted, in order. Refused while anything of the
 * zone is in its projects: OpenStack would delete the project and strand it.
 */
export async function destroyOperatorHalf(half: OperatorHalf): Promise<readonly Left[]> {
  const { journal, operator, stack, say } = half;
  say("lists every service as the operator");
  const before = await lookAsOperator(half);
  await enter(journal, before, "before", judgedByOperator);
  const state = await readState(stack, AGAIN);
  const blocked = inTheWay(before, half).filter((one) => !isUplink(state?.text ?? "")(one));
  if (blocked.length > 0) {
    await enter(journal, before, "after", judgedByOperator);
    return blocked;
  }
  await journal.write({ event: "stage", stage: "tenant", state: "begun" });
  if (half.clusters.size > 0) {
    say(`erases what is left in Quobyte (${[...half.clusters.keys()].join(", ")})`);
    await eraseQuobyte(half.clusters, await projectsOf(half));
  }
  const failed: Left[] = [];
  if (state !== undefined && state.held.length > 0) {
    say(`stack ${stack.stack}: pulumi destroy, ${state.held.length} resources`);
    await unprotectStack(stack, AGAIN);
    const { left, failure } = await destroyStack(stack, AGAIN);
    if (failure !== undefined || left.length > 0) {
      const why = failure ?? `its state still holds ${left.length} resources`;
      failed.push({
        kind: "stack",
        name: stack.stack,
        why,
        next: "mend what it names, then run `tresor destroy` again",
      });
    }
  }
  if (failed.length === 0) await removeTenants(half.clusters, await projectsOf(half));
  let after = await lookAsOperator(half);
  const isGone = !after.found.some(({ kind }) => kind === "project");
  if (failed.length === 0 && isGone) {
    const stranded = after.found.filter(({ kind, name }) => kind !== "security group" || name === "default");
    if (stranded.length > 0) {
      say(`takes away ${stranded.length} that services kept of deleted projects`);
      await removeLeftovers(operator, stranded);
      after = await lookAsOperator(half);
    }
    await journal.write({ event: "stage", stage: "tenant", state: "done" });
  }
  await enter(journal, after, "after", judgedByOperator);
  return failed;
}
