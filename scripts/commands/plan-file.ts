import { z } from "zod";
import { UserError } from "../../config/problem.ts";
import type { PublishedPlan } from "../../plan/render/publish.ts";

const text = z.string();
const texts = z.array(text);
const maybe = text.nullish();

/** The facts that a comparison reads, by kind; of other kinds, and of later releases, it reads none by name. */
const FACTS: Readonly<Record<string, z.ZodType>> = {
  subnet: z.looseObject({ cidr: text, network: text }),
  "project-access": z.looseObject({
    assignments: z.array(z.looseObject({ role: text, partner: maybe, serviceUserId: maybe })),
  }),
  "group-members": z.looseObject({ members: z.array(z.looseObject({ person: text, user: maybe })) }),
  "address-group": z.looseObject({ addresses: texts }),
  container: z.looseObject({ readers: texts, writers: texts }),
  "ingest-key": z.looseObject({ networks: texts, enabled: z.boolean(), expiresAt: text }),
  "study-key": z.looseObject({ readers: z.array(z.looseObject({ who: text })) }),
  "share-access": z.looseObject({
    rules: z.array(z.looseObject({ cidr: text, level: text })),
    clients: z.array(z.looseObject({ name: text, level: text })).optional(),
  }),
};

const object = z
  .looseObject({ id: text, kind: text, name: text, facts: z.looseObject({}), because: texts })
  .refine(({ kind, facts }) => !Object.hasOwn(FACTS, kind) || FACTS[kind]?.safeParse(facts).success === true, {
    path: ["facts"],
  });

/** As much of `tresor plan --json` as later plans are compared with. */
const planSchema = z.looseObject({
  format: z.literal(1),
  kind: text,
  subject: text,
  preset: text.optional(),
  objects: z.array(object),
  flows: z.array(
    z.looseObject({ area: text, from: text, to: text, ports: texts, reason: text, until: text, because: text }),
  ),
});

/** An earlier plan out of its text. @throws UserError when it is none */
export function parsePlan(json: string, file: string): PublishedPlan {
  const fail = (why: string): UserError =>
    new UserError({ what: `${file} is no plan`, why, next: "make it with `tresor plan <stack> --json > old.json`" });
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw fail("it is no JSON");
  }
  const result = planSchema.safeParse(value);
  if (result.success) return value as PublishedPlan;
  const [issue] = result.error.issues;
  const at = issue?.path.map(String).join(".").slice(0, 100) ?? "";
  throw fail(`it has not the shape of format 1${at === "" ? "" : ` at ${at}`}`);
}
