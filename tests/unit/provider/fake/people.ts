import type { Answer, FakeCloud } from "./cloud.ts";

export interface FakeUser {
  id: string;
  name: string;
  domain_id: string;
  enabled: boolean;
  description?: string;
  password?: string;
  options?: Record<string, unknown>;
}

/** Users and members of groups as Keystone serves them to a manager of the domain d1. */
export class FakePeople {
  users: FakeUser[] = [];
  /** Ids of members by group. */
  readonly members = new Map<string, Set<string>>([["g1", new Set()]]);

  constructor(cloud: FakeCloud) {
    const gone: Answer = [404, { error: { message: "Could not find it" } }];
    const find = (id: string | undefined): FakeUser | undefined => this.users.find((user) => user.id === id);
    const shown = ({ password: _, ...user }: FakeUser): object => user;
    cloud.on("GET", "/v3/users", ({ query }) => [
      200,
      { users: this.users.filter((user) => user.domain_id === query.domain_id).map(shown) },
    ]);
    cloud.on("GET", "/v3/users/:id", ({ p }) => {
      const user = find(p.id);
      return user ? [200, { user: shown(user) }] : gone;
    });
    cloud.on("POST", "/v3/users", ({ body }) => {
      const user = { id: `u${this.users.length + 1}`, ...(body as { user: Omit<FakeUser, "id"> }).user };
      this.users.push(user);
      return [201, { user: shown(user) }];
    });
    cloud.on("PATCH", "/v3/users/:id", ({ p, body }) => {
      const user = find(p.id);
      Object.assign(user ?? {}, (body as { user: object }).user);
      return user ? [200, { user: shown(user) }] : gone;
    });
    cloud.on("DELETE", "/v3/users/:id", ({ p }) => {
      const user = find(p.id);
      this.users = this.users.filter((one) => one !== user);
      return user ? [204] : gone;
    });
    cloud.on("GET", "/v3/groups/:group/users", ({ p }) => {
      const members = this.members.get(p.group ?? "");
      return members ? [200, { users: this.users.filter(({ id }) => members.has(id)).map(shown) }] : gone;
    });
    const change =
      (put: boolean) =>
      ({ p }: { p: Readonly<Record<string, string>> }): Answer => {
        const user = find(p.user);
        const members = this.members.get(p.group ?? "");
        if (!user || !members) return gone;
        // identity:add_user_to_group and remove_user_from_group: both of the manager's domain.
        if (user.domain_id !== "d1") return [403, { error: { message: "You are not authorized" } }];
        if (put) members.add(user.id);
        else if (!members.delete(user.id)) return gone;
        return [204];
      };
    cloud.on("PUT", "/v3/groups/:group/users/:user", change(true));
    cloud.on("DELETE", "/v3/groups/:group/users/:user", change(false));
  }

  add(name: string, domain_id = "d1"): string {
    const id = `id-of-${name}`;
    this.users.push({ id, name, domain_id, enabled: true });
    return id;
  }
}
