import type { FakeCloud } from "./cloud.ts";

const missing = { itemNotFound: { message: "could not be found" } };

/** Encryptions and default types as Cinder serves them. */
export class FakeCinder {
  readonly encryptions = new Map<string, Record<string, unknown>>();
  readonly types = new Set<string>(["t1"]);
  readonly inUse = new Set<string>();
  readonly defaults = new Map<string, string>();

  constructor(cloud: FakeCloud) {
    const base = "/volume/v3/home";
    cloud.on("GET", `${base}/types/:id/encryption`, ({ p: { id = "" } }) =>
      this.types.has(id) ? [200, this.encryptions.get(id) ?? {}] : [404, missing],
    );
    cloud.on("POST", `${base}/types/:id/encryption`, ({ p: { id = "" }, body }) => {
      if (this.inUse.has(id))
        return [400, { badRequest: { message: "Cannot create encryption specs. Volume type in use." } }];
      this.encryptions.set(id, { ...(body.encryption as object), encryption_id: `e-${id}`, volume_type_id: id });
      return [200, body];
    });
    cloud.on("DELETE", `${base}/types/:id/encryption/:encryption`, ({ p: { id = "" } }) => {
      if (this.inUse.has(id))
        return [400, { badRequest: { message: "Cannot delete encryption specs. Volume type in use." } }];
      return this.encryptions.delete(id) ? [202] : [404, missing];
    });
    cloud.on("GET", `${base}/default-types/:project`, ({ p: { project = "" } }) => {
      const type = this.defaults.get(project);
      return type === undefined
        ? [404, missing]
        : [200, { default_type: { project_id: project, volume_type_id: type } }];
    });
    cloud.on("PUT", `${base}/default-types/:project`, ({ p: { project = "" }, body }) => {
      this.defaults.set(project, String(body.default_type.volume_type));
      return [200, {}];
    });
    cloud.on("DELETE", `${base}/default-types/:project`, ({ p: { project = "" } }) =>
      this.defaults.delete(project) ? [204] : [404, missing],
    );
  }
}

/** Project quotas as Barbican serves them. */
export class FakeBarbican {
  readonly quotas = new Map<string, Record<string, number>>();

  constructor(cloud: FakeCloud) {
    const base = "/keys/v1/project-quotas/:project";
    cloud.on("GET", base, ({ p: { project = "" } }) =>
      this.quotas.has(project)
        ? [200, { project_quotas: this.quotas.get(project) }]
        : [404, { description: "Not Found" }],
    );
    cloud.on("PUT", base, ({ p: { project = "" }, body }) => {
      this.quotas.set(project, body.project_quotas as Record<string, number>);
      return [204];
    });
    cloud.on("DELETE", base, ({ p: { project = "" } }) =>
      this.quotas.delete(project) ? [204] : [404, { description: "Not Found" }],
    );
  }
}

interface ShareType {
  id: string;
  name: string;
  description: string;
  extra_specs: Record<string, string>;
  "share_type_access:is_public": boolean;
}

interface AccessRule {
  id: string;
  access_type: string;
  access_to: string;
  access_level: string;
  state: string;
  locked: boolean;
}

interface ResourceLock {
  id: string;
  user_id: string;
  resource_id: string;
  resource_type: string;
  resource_action: string;
  lock_reason: string;
}

/** Share types, their access, quotas and access rules as Manila serves them. */
export class FakeManila {
  readonly types = new Map<string, ShareType>();
  readonly access = new Map<string, Set<string>>();
  readonly quotas = new Map<string, Record<string, number>>();
  rules: AccessRule[] = [];
  readonly shares = new Set(["s1"]);
  locks: ResourceLock[] = [];
  /** Places from which every share is mounted. */
  exports: { path: string; preferred?: boolean }[] = [
    { path: "192.0.2.11:/shares/a" },
    { path: "192.0.2.10:/shares/a" },
  ];
  /** Status of every share. */
  status = "available";
  messages: { resource_id: string; user_message: string }[] = [];
  /** What the storage does with the next rules. */
  outcome = "active";
  #next = 1;

  constructor(cloud: FakeCloud) {
    this.#serveTypes(cloud, "/share/v2/types");
    this.#serveQuotas(cloud, "/share/v2/quota-sets/:project");
    this.#serveRules(cloud, "/share/v2");
    this.#serveLocks(cloud, "/share/v2/resource-locks");
  }

  /** Locks of an object as `type action`, sorted. */
  locksOf(id: string): string[] {
    return this.locks
      .filter((lock) => lock.resource_id === id)
      .map((lock) => `${lock.resource_type} ${lock.resource_action}`)
      .sort();
  }

  lock(resource_id: string, more: Partial<ResourceLock> = {}): ResourceLock {
    const basis = { user_id: "ada-id", resource_type: "share", resource_action: "delete", lock_reason: "" };
    const lock = { ...basis, ...more, id: `lock-${this.#next++}`, resource_id };
    this.locks.push(lock);
    return lock;
  }

  /** As Manila's API does: only who put a lock on takes it off. */
  #serveLocks(cloud: FakeCloud, base: string): void {
    const find = (id: string): ResourceLock | undefined => this.locks.find((lock) => lock.id === id);
    cloud.on("GET", base, ({ query }) => [
      200,
      { resource_locks: query.offset ? [] : this.locks.filter((lock) => lock.resource_type === query.resource_type) },
    ]);
    cloud.on("GET", `${base}/:id`, ({ p: { id = "" } }) =>
      find(id) ? [200, { resource_lock: find(id) }] : [404, missing],
    );
    cloud.on("POST", base, ({ body }) => {
      const { resource_id: id, ...asked } = body.resource_lock as ResourceLock;
      const isThere = asked.resource_type === "share" ? this.shares.has(id) : this.rules.some((rule) => rule.id === id);
      if (!isThere) return [400, { badRequest: { message: "No such resource found." } }];
      if (asked.resource_action === "show" && this.locksOf(id).includes(`${asked.resource_type} show`))
        return [409, { conflictingRequest: { message: "Resource's visibility is already locked by other user." } }];
      return [200, { resource_lock: this.lock(id, asked) }];
    });
    cloud.on("PUT", `${base}/:id`, ({ p: { id = "" }, body }) => {
      const lock = find(id);
      if (!lock) return [404, missing];
      Object.assign(lock, body.resource_lock);
      return [200, { resource_lock: lock }];
    });
    cloud.on("DELETE", `${base}/:id`, ({ p: { id = "" } }) => {
      const lock = find(id);
      if (!lock) return [404, missing];
      if (lock.user_id !== "ada-id") return [403, { forbidden: { message: "Policy doesn't allow it." } }];
      this.locks = this.locks.filter((one) => one !== lock);
      return [204];
    });
  }

  rule(accessTo: string, more: Partial<AccessRule> = {}): string {
    const id = `access-${this.#next++}`;
    this.rules.push({
      id,
      access_type: "ip",
      access_to: accessTo,
      access_level: "rw",
      state: "active",
      locked: false,
      ...more,
    });
    return id;
  }

  #serveTypes(cloud: FakeCloud, base: string): void {
    cloud.on("GET", base, ({ query }) => [200, { share_types: query.offset ? [] : [...this.types.values()] }]);
    cloud.on("POST", base, ({ body }) => {
      const wanted = body.share_type as Omit<ShareType, "id">;
      if ([...this.types.values()].some((type) => type.name === wanted.name))
        return [409, { conflictingRequest: { message: `Share Type ${wanted.name} already exists.` } }];
      const type = { ...wanted, id: `type-${this.#next++}` };
      this.types.set(type.id, type);
      return [200, { share_type: type }];
    });
    cloud.on("GET", `${base}/:id`, ({ p: { id = "" } }) =>
      this.types.has(id) ? [200, { share_type: this.types.get(id) }] : [404, missing],
    );
    cloud.on("PUT", `${base}/:id`, ({ p: { id = "" }, body }) => {
      const type = this.types.get(id);
      if (!type) return [404, missing];
      this.types.set(id, { ...type, ...(body.share_type as object) });
      return [200, {}];
    });
    cloud.on("DELETE", `${base}/:id`, ({ p: { id = "" } }) => (this.types.delete(id) ? [202] : [404, missing]));
    cloud.on("POST", `${base}/:id/extra_specs`, ({ p: { id = "" }, body }) => {
      Object.assign(this.types.get(id)?.extra_specs ?? {}, body.extra_specs);
      return [200, body];
    });
    cloud.on("DELETE", `${base}/:id/extra_specs/:key`, ({ p: { id = "", key = "" } }) => {
      delete this.types.get(id)?.extra_specs[key];
      return [202];
    });
    cloud.on("GET", `${base}/:id/share_type_access`, ({ p: { id = "" } }) => {
      const list = [...(this.access.get(id) ?? [])].map((project) => ({ share_type_id: id, project_id: project }));
      return [200, { share_type_access: list }];
    });
    cloud.on("POST", `${base}/:id/action`, ({ p: { id = "" }, body }) => {
      const projects = this.access.get(id) ?? new Set();
      this.access.set(id, projects);
      if (body.removeProjectAccess)
        return projects.delete(String(body.removeProjectAccess.project)) ? [202] : [404, missing];
      const project = String(body.addProjectAccess.project);
      if (projects.has(project)) return [409, { conflictingRequest: { message: "Share type access exists." } }];
      projects.add(project);
      return [202];
    });
  }

  #serveQuotas(cloud: FakeCloud, base: string): void {
    const key = (project: string, type: string | undefined): string => `${project}/${type ?? ""}`;
    const defaults = { shares: 50, gigabytes: 1000, snapshots: 50, snapshot_gigabytes: 1000, share_networks: 10 };
    cloud.on("GET", base, ({ p, query }) => [
      200,
      { quota_set: this.quotas.get(key(p.project ?? "", query.share_type)) ?? defaults },
    ]);
    cloud.on("PUT", base, ({ p, query, body }) => {
      const quota = body.quota_set as Record<string, number>;
      if (query.share_type && "share_networks" in quota)
        return [400, { badRequest: { message: "'share_networks' quota cannot be set for share type." } }];
      this.quotas.set(key(p.project ?? "", query.share_type), quota);
      return [200, {}];
    });
    cloud.on("DELETE", base, ({ p, query }) => {
      this.quotas.delete(key(p.project ?? "", query.share_type));
      return [202];
    });
  }

  #serveRules(cloud: FakeCloud, base: string): void {
    cloud.on("GET", `${base}/shares/:id`, ({ p: { id = "" } }) =>
      this.shares.has(id) ? [200, { share: { id, name: "cohort", status: this.status } }] : [404, missing],
    );
    cloud.on("GET", `${base}/shares/:id/export_locations`, ({ p: { id = "" } }) =>
      this.shares.has(id) ? [200, { export_locations: this.exports }] : [404, missing],
    );
    cloud.on("GET", `${base}/messages`, ({ query }) => [
      200,
      { messages: this.messages.filter((one) => one.resource_id === query.resource_id) },
    ]);
    cloud.on("GET", `${base}/share-access-rules`, ({ query: { share_id: id = "" } }) => {
      if (!this.shares.has(id)) return [400, { badRequest: { message: `Share ${id} not found.` } }];
      const shown = this.rules.map((rule) => ({ ...rule }));
      // The storage works between two looks.
      this.rules = this.rules.filter((rule) => rule.state !== "denying");
      for (const rule of this.rules) if (rule.state === "applying") rule.state = this.outcome;
      return [200, { access_list: shown }];
    });
    cloud.on("POST", `${base}/shares/:id/action`, ({ body }) => {
      if (body.allow_access && this.status !== "available")
        return [
          400,
          { badRequest: { message: "New access rules cannot be applied: the share is in an invalid state." } },
        ];
      if (body.allow_access) {
        const { access_to: to } = body.allow_access as AccessRule;
        if (this.rules.some((rule) => rule.access_to === to))
          return [400, { badRequest: { message: "Share access exists." } }];
        const { lock_visibility, lock_deletion, lock_reason, ...rule } = body.allow_access as Record<string, string>;
        const id = this.rule(to, { ...rule, state: "applying" });
        const lock = { resource_type: "access_rule", lock_reason: lock_reason ?? "" };
        if (lock_visibility) this.lock(id, { ...lock, resource_action: "show" });
        if (lock_deletion) this.lock(id, { ...lock, resource_action: "delete" });
        return [200, {}];
      }
      const rule = this.rules.find((one) => one.id === body.deny_access.access_id);
      if (!rule) return [404, missing];
      if (rule.locked)
        return [403, { forbidden: { message: "Unable to drop access rule restrictions that are not placed by you." } }];
      const locked = this.locksOf(rule.id).includes("access_rule delete");
      if (locked && body.deny_access.unrestrict !== true)
        return [403, { forbidden: { message: "Cannot deny access for share since it has been locked." } }];
      rule.state = "denying";
      this.locks = this.locks.filter((lock) => lock.resource_id !== rule.id);
      return [202];
    });
  }
}
