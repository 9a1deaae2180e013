import { newPassword } from "../../../openstack/password.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import {
  createUser,
  deleteUser,
  findOwnUser,
  foreignUser,
  readUser,
  updateUser,
  userBody,
  userInputs,
  type UserInputs,
} from "./people.ts";

/**
 * Made with a password that is kept nowhere: nobody can log in as it until an `ApplicationCredential` of it is made. Without any
 * password Keystone 30 fails where it is set up to ask for a new one at the first use.
 */
async function create(call: Call, wanted: UserInputs): Promise<{ id: string }> {
  const { own, namesake } = await findOwnUser(call, wanted);
  if (own !== undefined) return { id: own.id };
  if (namesake !== undefined)
    throw foreignUser(wanted, namesake, "act as the service", "give the service another name");
  const password = newPassword();
  return { id: await createUser(call, wanted, { ...userBody(call, wanted), password }, [password]) };
}

/** An account that acts for one service of a zone. */
export const serviceUser = defineKind({
  module: "identity",
  name: "ServiceUser",
  summary: "A user for one service, without a password that anybody knows: it acts by an application credential alone.",
  inputs: userInputs,
  replaceOn: ["domainId"],
  create,
  read: readUser,
  update: updateUser,
  delete: deleteUser,
});
