import { randomBytes } from "node:crypto";
import { hasStatus, Session, type Scope } from "../../../openstack/index.ts";
import type { Attempt } from "../../../scripts/attacks/types.ts";
import { lists, makes, remove, sends, OPERATOR_ONLY, type Action, type Cell, type Try } from "./action.ts";
import type { Scene } from "./scene.ts";

/** A new log-in with the identity's own credential, on another project than before. */
const logsInOn =
  (project: (scene: Scene) => string): Try =>
  async ({ scene, me }): Promise<Attempt> => {
    // Who has no token shows what is there instead.
    const scope: Scope = { kind: "project", project: { id: project(scene) } };
    const session = new Session({ ...me.entry, scope });
    try {
      await session.token();
      return { status: 201 };
    } catch (error) {
      if (!hasStatus(error, 401, 403, 404)) throw error;
      return { status: error.status, message: error.reason };
    } finally {
      session.close();
    }
  };

/** A role for somebody, taken away again. */
const grants = (path: (cell: Cell) => string): Try =>
  sends("identity", "PUT", path, { undo: (cell) => remove(cell, "identity", path(cell)) });

const MANAGER = "manager of the zone's domain";
const OF_DOMAIN = {
  may: { operator: "the cloud's administrator", pipeline: MANAGER },
  else: "no role on the zone's domain",
  but: { auditor: "reads, and writes nothing", stranger: "manager of another domain alone" },
} as const;
const inDomain = ({ scene }: Cell): string => scene.domain;

export const IDENTITY_ACTIONS: readonly Action[] = [
  {
    id: "log-in-area",
    title: "log in on the area",
    service: "identity",
    try: logsInOn(({ area }) => area),
    may: {
      pipeline: "member of the area",
      "person rw": "the partner takes part in the area: its reader",
      "person ro": "the partner takes part in the area: its reader",
    },
    else: "no role on the area's project",
    but: {
      operator: "has no role in a zone until he grants himself one, which is drift",
      ingest: "a signed address is no log-in",
      crawler: "a key holds for its own scope and takes no other",
    },
  },
  {
    id: "log-in-other-area",
    title: "log in on an area of another partner",
    service: "identity",
    try: logsInOn(({ otherArea }) => otherArea),
    may: { pipeline: "member of all areas of its zone", "person rw": "it is the partner's own area: its reader" },
    else: "no role on that area's project",
    but: { "person ro": "the partner takes no part in that area" },
  },
  {
    id: "grant-self-member",
    title: "give itself the role member on a bench",
    service: "identity",
    try: grants(({ scene, me }) => `/projects/${scene.otherBench}/users/${me.userId}/roles/${scene.roles["member"]}`),
    ...OF_DOMAIN,
  },
  {
    id: "grant-self-admin",
    title: "give itself the role admin on the area",
    service: "identity",
    try: grants(({ scene, me }) => `/projects/${scene.area}/users/${me.userId}/roles/${scene.roles["admin"]}`),
    ...OPERATOR_ONLY,
    but: { pipeline: "a domain's manager hands out manager, member and reader alone" },
  },
  {
    id: "join-group",
    title: "join another partner's group",
    service: "identity",
    try: grants(({ scene, me }) => `/groups/${scene.group}/users/${me.userId}`),
    ...OF_DOMAIN,
  },
  {
    id: "make-project",
    title: "make a project in the zone's domain",
    service: "identity",
    try: makes("identity", "/projects", "project", (cell) => ({ domain_id: inDomain(cell), enabled: false })),
    may: { operator: "the cloud's administrator" },
    else: "no role on the zone's domain",
    but: { pipeline: "the shipped policy leaves projects to the operator" },
  },
  {
    id: "make-domain",
    title: "make a domain",
    service: "identity",
    try: sends("identity", "POST", "/domains", {
      body: ({ name }) => ({ domain: { name, enabled: false } }),
      undo: (cell, body) => remove(cell, "identity", `/domains/${(body as { domain: { id: string } }).domain.id}`),
    }),
    ...OPERATOR_ONLY,
  },
  {
    id: "make-role",
    title: "make a role",
    service: "identity",
    try: makes("identity", "/roles", "role", () => ({})),
    ...OPERATOR_ONLY,
  },
  {
    id: "make-user",
    title: "make a user in the zone's domain",
    service: "identity",
    try: makes("identity", "/users", "user", (cell) => ({
      domain_id: inDomain(cell),
      enabled: false,
      password: randomBytes(24).toString("base64url"),
    })),
    ...OF_DOMAIN,
  },
  {
    id: "set-password",
    title: "set the password of a user of the zone",
    service: "identity",
    try: sends("identity", "PATCH", ({ scene }) => `/users/${scene.user}`, {
      body: () => ({ user: { password: randomBytes(24).toString("base64url") } }),
    }),
    ...OF_DOMAIN,
  },
  {
    id: "list-users",
    title: "list the users of the zone",
    service: "identity",
    try: lists("identity", (cell) => `/users?domain_id=${inDomain(cell)}`, "users"),
    ...OF_DOMAIN,
    may: { ...OF_DOMAIN.may, auditor: "the shipped policy opens reading to the auditor" },
    but: { stranger: "manager of another domain alone" },
  },
  {
    id: "list-users-other-domain",
    title: "list the users of another zone",
    service: "identity",
    try: lists("identity", ({ scene }) => `/users?domain_id=${scene.otherDomain}`, "users"),
    may: {
      operator: "the cloud's administrator",
      auditor: "the shipped policy opens reading to the auditor",
      stranger: "it is its own zone",
    },
    else: "no role on that domain",
  },
  {
    id: "list-roles-of-others",
    title: "list who has a role on the area",
    service: "identity",
    try: lists("identity", ({ scene }) => `/role_assignments?scope.project.id=${scene.area}`, "role_assignments"),
    may: { ...OF_DOMAIN.may, auditor: "the shipped policy opens reading to the auditor" },
    else: "no role on the zone's domain",
    but: { stranger: "manager of another domain alone" },
  },
  {
    id: "identity-provider",
    title: "let another identity provider in",
    service: "identity",
    try: sends("identity", "PUT", ({ name }) => `/OS-FEDERATION/identity_providers/${name}`, {
      body: ({ scene }) => ({ identity_provider: { enabled: false, domain_id: scene.domain } }),
      undo: (cell) => remove(cell, "identity", `/OS-FEDERATION/identity_providers/${cell.name}`),
    }),
    ...OPERATOR_ONLY,
  },
];
