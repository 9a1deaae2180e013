import { rm } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../config/problem.ts";
import { newPassword } from "../../openstack/password.ts";
import { pipelineUserName } from "../../plan/names.ts";
import { entriesOf, readEntry, withEntries, type ZoneIdentity } from "./clouds-yaml.ts";
import { readIfThere, writeWhole } from "./files.ts";
import type { Keystone, KeystoneAddress } from "./keystone.ts";
import { withFileLock } from "./lock.ts";

export { newPassword };

interface ClaimInput {
  readonly zone: string;
  readonly prefix: string;
  readonly areas: readonly string[];
  /** The zone's site directory. */
  readonly directory: string;
  readonly address: KeystoneAddress;
  /** Asked for only when it is needed. */
  readonly oneTimePassword: () => Promise<string>;
}

/** `claimed`: the password was changed now. `resumed`: a run that was killed had changed it. `already`: nothing was to do. */
interface ClaimResult {
  readonly outcome: "claimed" | "resumed" | "already";
  readonly entries: readonly string[];
  readonly file: string;
}

const wrongPassword = (zone: string, message: string): UserError =>
  new UserError({
    what: `Keystone does not accept the one-time password of ${pipelineUserName(zone)}`,
    why: message || "it is wrong, or was used before",
    next: "if another directory claimed this zone, copy its clouds.yaml; else ask the operator for a new one-time password",
  });

const roleMissing = (zone: string, file: string): UserError =>
  new UserError({
    what: `${pipelineUserName(zone)} logs in, but gets no token for domain ${zone}`,
    why: "it lacks its role there",
    next: `ask the operator to run \`pulumi up -s ${zone}-tenant\`; the password and the entries stand in ${file}`,
  });

/**
 * The first login of a zone's pipeline. The new password is on disk before Keystone hears of it, so that a kill at any point loses
 * nothing: the next run finds it, tries it, and goes on from there. A second run only refreshes the entries.
 * @throws UserError when the one-time password is wrong or Keystone refuses the change
 */
export async function claimZone(input: ClaimInput, keystone: Keystone): Promise<ClaimResult> {
  const file = path.join(input.directory, "clouds.yaml");
  return withFileLock(file, async () => {
    const { zone, prefix } = input;
    const user = pipelineUserName(zone);
    const pending = path.join(input.directory, `.claim.${zone}`);
    const clouds = (await readIfThere(file)) ?? "";
    const works = async (password: string | undefined): Promise<boolean> =>
      password !== undefined && (await keystone.login(user, zone, password, false)).result === "in";

    const finish = async (outcome: ClaimResult["outcome"], password: string): Promise<ClaimResult> => {
      const identity: ZoneIdentity = { zone, prefix, areas: input.areas, password, address: input.address };
      const entries = entriesOf(identity);
      const text = withEntries(clouds, file, entries);
      await writeWhole(file, text, 0o600);
      await rm(pending, { force: true });
      if ((await keystone.login(user, zone, password, true)).result !== "in") throw roleMissing(zone, file);
      return { outcome, entries: Object.keys(entries), file };
    };

    const current = readEntry(clouds, file, prefix)?.password;
    if (current !== undefined && (await works(current))) return finish("already", current);
    const waiting = (await readIfThere(pending))?.trim();
    if (waiting && (await works(waiting))) return finish("resumed", waiting);

    const oneTime = await input.oneTimePassword();
    const login = await keystone.login(user, zone, oneTime, false);
    if (login.result === "refused") throw wrongPassword(zone, login.message);
    const password = waiting || newPassword();
    await writeWhole(pending, `${password}\n`, 0o600);
    await keystone.changePassword(login.userId, oneTime, password);
    return finish("claimed", password);
  });
}
