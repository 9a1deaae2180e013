import { sends, type Action, type Cell, type Try } from "./action.ts";
import type { Who } from "./identities.ts";

/** Somebody else's token is shown to Keystone. */
const looksAtToken: Try = async ({ scene, me }) => {
  const subject = await scene.identities["person rw"].on("compute").token();
  const own = me.isAnonymous ? {} : { "X-Auth-Token": (await me.on("identity").token()).value };
  const answer = await fetch(`${me.entry.authUrl}/v3/auth/tokens`, {
    headers: { ...own, "X-Subject-Token": subject.value },
  });
  await answer.arrayBuffer();
  return { status: answer.status };
};

/** An application credential, by default for oneself; taken away again. */
const makesKey = (more: object, owner: (cell: Cell) => string = ({ me }) => me.userId): Try => {
  const path = (cell: Cell): string => `/users/${owner(cell)}/application_credentials`;
  return sends("identity", "POST", path, {
    as: ({ me }) => me.on("compute"),
    body: ({ name }) => ({ application_credential: { name, ...more } }),
    undo: (cell, body) => {
      const { id } = (body as { application_credential: { id: string } }).application_credential;
      return cell.me.on("compute").request("identity", "DELETE", `${path(cell)}/${id}`);
    },
  });
};

const EVERY_PERSON: Readonly<Partial<Record<Who, string>>> = {
  operator: "for himself",
  auditor: "for himself",
  pipeline: "for itself",
  "person rw": "for himself",
  "person ro": "for himself",
  stranger: "for itself",
};
/** Tokens, and what somebody hands to somebody else. */
export const CREDENTIAL_ACTIONS: readonly Action[] = [
  {
    id: "look-at-token",
    title: "show Keystone the token of somebody else, and learn who that is",
    service: "identity",
    try: looksAtToken,
    may: { operator: "the cloud's administrator", "person rw": "it is his own token" },
    else: "whoever holds a token may look at that one alone",
  },
  {
    id: "make-key",
    title: "make an application credential for itself",
    service: "identity",
    try: makesKey({}),
    may: EVERY_PERSON,
    else: "a key makes no key",
  },
  {
    id: "make-unrestricted-key",
    title: "make an unrestricted application credential for itself",
    service: "identity",
    try: makesKey({ unrestricted: true }),
    may: EVERY_PERSON,
    else: "a key makes no key",
  },
  {
    id: "make-key-for-other",
    title: "make an application credential for somebody else",
    service: "identity",
    try: makesKey({}, ({ scene }) => scene.user),
    may: {},
    else: "Keystone makes one for its own user alone, not even the administrator for another",
    control: { who: "pipeline", what: "the same call for itself", try: makesKey({}) },
  },
  {
    id: "list-keys-of-other",
    title: "list the application credentials of the zone's administrator",
    service: "identity",
    try: sends("identity", "GET", ({ scene }) => `/users/${scene.identities.pipeline.userId}/application_credentials`, {
      as: ({ me }) => me.on("compute"),
    }),
    may: {
      operator: "the cloud's administrator",
      auditor: "the shipped policy opens reading to the auditor",
      pipeline: "its own",
    },
    else: "each sees its own alone",
  },
  {
    id: "trust",
    title: "hand its role on by a Keystone trust",
    service: "identity",
    try: sends("identity", "POST", "/OS-TRUST/trusts", {
      as: ({ me }) => me.on("compute"),
      body: ({ scene, me }) => ({
        trust: {
          trustor_user_id: me.userId,
          trustee_user_id: scene.identities.stranger.userId,
          project_id: me.projectId,
          impersonation: false,
          roles: [{ name: roleOf[me.who] }],
        },
      }),
      undo: ({ me }, body) =>
        me.on("compute").request("identity", "DELETE", `/OS-TRUST/trusts/${(body as Trust).trust.id}`),
    }),
    may: EVERY_PERSON,
    else: "a key hands nothing on",
  },
];

interface Trust {
  readonly trust: { readonly id: string };
}

/** A role that each has on its own project. */
const roleOf: Readonly<Record<Who, string>> = {
  operator: "admin",
  auditor: "reader",
  pipeline: "member",
  "person rw": "member",
  "person ro": "reader",
  ingest: "reader",
  crawler: "reader",
  stranger: "member",
};
