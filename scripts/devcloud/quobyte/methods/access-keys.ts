import { randomBytes } from "node:crypto";
import type { ACCESS_KEY_METHODS } from "../../../../quobyte/contract/access-keys.ts";
import { found, garbage, taken } from "../refusal.ts";
import type { AccessKey, State, User } from "../state.ts";
import type { Answer, Handlers, World } from "../world.ts";
import { note, tenantOf } from "../world.ts";

const DAY = 86_400_000;
const word = (bytes: number): string => randomBytes(bytes).toString("base64url");

const userOf = ({ state }: World, id: string): User =>
  found(
    state.users.find((user) => user.id === id),
    `user: ${id}`,
  );

/** The end of a key's validity in milliseconds; 0 never ends. */
function endOf(world: World, days: number | undefined): number {
  if (days !== undefined && days < 0) throw garbage(`Not a validity: ${days}`);
  return days === undefined || days === 0 ? 0 : world.now() + days * DAY;
}

const keysOf = (state: State): AccessKey[] => state.users.flatMap((user) => user.access_key_credentials);

function addKey(world: World, user: User, key: AccessKey): void {
  if (key.tenant_id !== undefined) tenantOf(world, key.tenant_id);
  if (keysOf(world.state).some(({ access_key_id }) => access_key_id === key.access_key_id))
    throw taken(`access key ${key.access_key_id ?? ""}`);
  user.access_key_credentials.push(key);
  note(world, "USER", user.id, "CREATE_ACCESS_KEY");
}

type Listed = NonNullable<Answer<"getUsers">["user_configuration"]>[number];

/** A user as he is told: no password, and of his keys not the secret. */
export function told({ password: _password, access_key_credentials: keys, ...user }: User): Listed {
  return { ...user, access_key_credentials: keys.map(({ secret_access_key: _secret, ...key }) => key) };
}

export const ACCESS_KEYS: Handlers<keyof typeof ACCESS_KEY_METHODS> = {
  createAccessKeyCredentials(world, params) {
    const { user_name: name, tenant_id: tenant, validity_days: days, access_key_type: type } = params;
    const key = {
      access_key_id: word(15),
      secret_access_key: word(30),
      valid_until_timestamp_ms: BigInt(endOf(world, days)),
      type: type === "S3" ? ("DATA_ACCESS_KEY" as const) : (type ?? "GENERAL_ACCESS_KEY"),
      ...(tenant !== undefined && { tenant_id: tenant }),
    };
    addKey(world, userOf(world, name), key);
    return { access_key_credentials: key };
  },
  importAccessKeys(world, { user_name: name, access_key_details: details }) {
    const user = userOf(world, name);
    for (const { validity_days: days, ...key } of details) {
      if (!key.access_key_id || !key.secret_access_key) throw garbage("An access key needs an id and a secret");
      addKey(world, user, { ...key, valid_until_timestamp_ms: BigInt(endOf(world, days)) });
    }
    return {};
  },
  deleteAccessKeyCredentials(world, { user_name: name, access_key_id: id }) {
    const user = userOf(world, name);
    found(
      user.access_key_credentials.find((key) => key.access_key_id === id),
      `access key: ${id}`,
    );
    user.access_key_credentials = user.access_key_credentials.filter((key) => key.access_key_id !== id);
    note(world, "USER", name, "DELETE_ACCESS_KEY");
    return {};
  },
  createUser(world, params) {
    const {
      user_name: id,
      password,
      email,
      role,
      admin_of_tenant_id,
      member_of_tenant_id,
      member_of_group,
      primary_group,
    } = params;
    if (world.state.users.some((user) => user.id === id)) throw taken(`user ${id}`);
    for (const tenant of [...(admin_of_tenant_id ?? []), ...(member_of_tenant_id ?? [])]) tenantOf(world, tenant);
    const user: User = {
      ...{ id, password, email, admin_of_tenant_id, member_of_tenant_id, primary_group, group: member_of_group },
      role: [role ?? "UNPRIVILEGED_USER"],
      access_key_credentials: [],
    };
    world.state.users.push(user);
    note(world, "USER", id, "CREATE_USER");
    return { user_configuration: told(user) };
  },
  getUsers({ state }, { user_id: ids = [] }) {
    return { user_configuration: state.users.filter(({ id }) => ids.length === 0 || ids.includes(id)).map(told) };
  },
  deleteUser(world, { user_name: id }) {
    userOf(world, id);
    world.state.users = world.state.users.filter((user) => user.id !== id);
    note(world, "USER", id, "DELETE_USER");
    return {};
  },
};
