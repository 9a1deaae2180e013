import { sharing } from "../../gather.ts";
import type { Call } from "../../resource.ts";

/** A user as Keystone lists it; a federated one's name is what its provider's mapping says. */
export interface LiveUser {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  readonly enabled: boolean;
  readonly description?: string | null;
}

/** All users of a domain; resources that ask at one moment share the list. */
export const usersOf = sharing(async (session, domain_id: string): Promise<LiveUser[]> => {
  const what = `list the users of domain ${domain_id}`;
  const rows = await session.paginate<LiveUser>("identity", "/users", "users", { query: { domain_id }, what });
  return rows.filter((row) => row.domain_id === domain_id);
});

/** A user by its own address: what a list does not hold counts as gone only after this. */
export async function findUser({ session }: Call, userId: string): Promise<LiveUser | undefined> {
  const what = `read user ${userId}`;
  return (await session.find<{ user: LiveUser }>("identity", `/users/${userId}`, { what }))?.user;
}
