import { UserError } from "../../config/problem.ts";
import { isGood, isRefusal } from "./call.ts";
import type { Attack, AttackReport, Attempt, Prepared, Scene } from "./types.ts";

const words = ({ status, message }: Attempt): string => {
  const text = message?.replace(/\s+/g, " ").replace(/\.+$/, "");
  return text ? `${status}: ${text}` : String(status);
};

/** Judges what an attack came to. A refusal counts only where its control worked, and only where it refuses the right and not the form. */
export function judgeAttack(
  attack: Pick<Attack, "refusals">,
  target: string,
  control: Attempt,
  attempt: Attempt,
): Pick<AttackReport, "result" | "says"> {
  if (isGood(attempt)) return { result: "succeeded", says: `${target}: it worked (${attempt.status}), and must not` };
  if (!isGood(control))
    return { result: "could not check", says: `${target}: the control failed too (${words(control)})` };
  if (isRefusal(attempt, attack.refusals))
    return { result: "refused", says: `${target}: ${words(attempt)}; control ${control.status}` };
  return { result: "could not check", says: `${target}: an answer that refuses no right (${words(attempt)})` };
}

async function takeBack({ undo }: Attempt): Promise<string> {
  if (undo === undefined) return "";
  try {
    const answer = (await undo()) as { status?: number } | undefined;
    return (answer?.status ?? 200) < 400 ? "; taken back" : "; it could not be taken back, remove it by hand";
  } catch {
    return "; it could not be taken back, remove it by hand";
  }
}

/** Runs one attack with its control, and takes back what worked. */
export async function runAttack(attack: Attack, scene: Scene): Promise<AttackReport> {
  const { id, title, requirements } = attack;
  const report = (result: AttackReport["result"], says: string): AttackReport => ({
    id,
    title,
    requirements,
    result,
    says,
  });
  try {
    const [owner, attacker] = await Promise.all([scene.owner.token(), scene.attacker.token()]);
    if (attack.foreign && owner.projectId === attacker.projectId)
      return report("could not check", `${scene.attacker.entry.name} is the area's own identity: name another one`);
    const prepared = await attack.prepare(scene);
    if ("missing" in prepared) return report("nothing to attack", prepared.missing);
    const { target, control, attempt } = prepared as Prepared;
    const before = await control();
    const answer = await attempt();
    const { result, says } = judgeAttack(attack, target, before, answer);
    return report(result, isGood(answer) ? `${says}${await takeBack(answer)}` : says);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [problem] = error.problems;
    return report("could not check", [problem?.what, problem?.why].filter(Boolean).join(": "));
  }
}
