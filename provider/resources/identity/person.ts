import { newPassword } from "../../../openstack/password.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";
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

/** A password that Keystone wants changed at the first log-in, where it is set up to: no exception is asked for. */
const firstPassword = (password: string): object => ({
  password,
  options: { ignore_change_password_upon_first_use: false },
});

async function create(call: Call, wanted: UserInputs): Promise<{ id: string; outs: Props }> {
  const { own, namesake } = await findOwnUser(call, wanted);
  if (namesake !== undefined)
    throw foreignUser(wanted, namesake, "be taken for the person", "give the person another key");
  const password = newPassword();
  const outs = { oneTimePassword: password };
  const user = { ...userBody(call, wanted), ...firstPassword(password) };
  if (own === undefined) return { id: await createUser(call, wanted, user, [password]), outs };
  // An interrupted run lost the password that it had set: a new one.
  const what = `set a one-time password for user "${wanted.name}" (${own.id})`;
  const options = { body: { user }, what, secrets: [password] };
  await call.session.request("identity", "PATCH", `/users/${own.id}`, options);
  return { id: own.id, outs };
}

async function read(call: Call, userId: string, state: Props): Promise<Props | undefined> {
  const user = await readUser(call, userId, state);
  // Keystone tells no password; what was set at the beginning logs in no more once the person has changed it.
  return user && { ...user, oneTimePassword: state.oneTimePassword ?? "" };
}

/** A person who logs in without an identity provider. */
export const person = defineKind({
  module: "identity",
  name: "Person",
  summary: "A person's user in a domain, with a one-time password of its own; disabled when the time is over.",
  inputs: userInputs,
  outputs: { oneTimePassword: { type: "string", description: "For the first log-in, at which it must be changed." } },
  replaceOn: ["domainId"],
  secret: ["oneTimePassword"],
  create,
  read,
  update: updateUser,
  delete: deleteUser,
});
