import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasStatus, Session, type CloudEntry } from "../../openstack/index.ts";
import { dayOf } from "../../config/day.ts";
import { attempt } from "../../scripts/proof/attempt.ts";
import { until } from "../../scripts/proof/wait.ts";
import { makePerson, type Named, type World } from "../../scripts/proof/world.ts";
import { buildZones, openZones, refreshCheck, run, up, withEdit } from "./zones.ts";

/** What ends by the clock, or with a right, is refused by the cloud itself: no daily run of ours is needed for it. */
let world: World;
let area: Session;

/** Lifetime of what shall end in a test: a log-in and a call must fit in. */
const LIFE_MS = 6000;
const PERMIT = "expires: 2029-12-31";
const day = (offset: number): string => dayOf(new Date(Date.now() + offset * 86_400_000));

interface Key {
  readonly id: string;
  readonly session: Session;
}

/** An application credential of somebody for the own project; it may end. */
async function keyOf(owner: Session, expires?: Date): Promise<Key> {
  const { userId } = await owner.token();
  const application_credential = {
    name: `expiry-${randomBytes(4).toString("hex")}`,
    ...(expires && { expires_at: expires.toISOString().replace("Z", "") }),
  };
  const path = `/users/${userId}/application_credentials`;
  const { body } = await owner.request<{ application_credential: { id: string; secret: string } }>(
    "identity",
    "POST",
    path,
    { body: { application_credential } },
  );
  const { id, secret } = body.application_credential;
  const credential = { kind: "application_credential", id, secret } as const;
  const entry: CloudEntry = { ...owner.entry, name: "a key", credential, scope: { kind: "given" } };
  return { id, session: new Session(entry) };
}

/** Whether a new log-in gets in and may read. */
async function getsIn({ entry }: Session): Promise<boolean> {
  const session = new Session(entry);
  try {
    return (await attempt(session, "compute", "GET", "/servers")).ok;
  } catch (error) {
    if (hasStatus(error, 401)) return false;
    throw error;
  } finally {
    session.close();
  }
}

/** What a service says to a token that somebody holds, with no log-in behind it. */
async function says(token: string, service: "compute" | "image" = "compute"): Promise<number> {
  const { catalog } = await area.token();
  const { url } = catalog.find(({ type }) => type === service)!.endpoints.find((one) => one.interface === "public")!;
  const answer = await fetch(service === "image" ? `${url}/v2/images` : `${url}/servers`, {
    headers: { "X-Auth-Token": token },
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Hands a role on to somebody, who logs in with it. Gives the status of such a log-in. */
async function trust(from: Session, to: Person): Promise<() => Promise<number>> {
  const { userId, projectId } = await from.token();
  const roles = [{ name: "reader" }];
  const { body } = await from.request<{ trust: { id: string } }>("identity", "POST", "/OS-TRUST/trusts", {
    body: {
      trust: { trustor_user_id: userId, trustee_user_id: to.id, project_id: projectId, impersonation: false, roles },
    },
  });
  const identity = { methods: ["password"], password: { user: { id: to.id, password: to.password } } };
  const auth = { identity, scope: { "OS-TRUST:trust": { id: body.trust.id } } };
  return async () => {
    const answer = await fetch(`${from.entry.authUrl}/v3/auth/tokens`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ auth }),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
}
type Person = Awaited<ReturnType<typeof makePerson>>;

describe("what has ended is refused by the cloud itself", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
    area = world.zone.areas["commons"]!;
  });
  afterAll(() => world?.close());

  it("DENBI-4 SPE4HD-11: a permit whose last day was yesterday stops `up`, whatever else changed; one that ends today does not", async () => {
    const ends = (last: string) => (text: string) => text.replace(PERMIT, `expires: ${last}`);
    await withEdit("digimed", ends(day(0)), async () => void (await run(0, "digimed", "preview")));
    const more = (text: string): string => ends(day(-1))(text).replace("size: 5 GiB", "size: 6 GiB");
    await withEdit("digimed", more, async () => {
      const words = await up("digimed", 1);
      expect(words).toMatch(/zone\.permit\.expires/);
      expect(words).toContain(day(-1));
    });
    const [share] = await area.paginate<Named & { size: number }>("shared-file-system", "/shares/detail", "shares");
    expect(share?.size).toBe(5);
    await refreshCheck("digimed");
  });

  it("C4H-10 SPE4HD-11: a key lets nobody in after its end, nor does the token that it gave; one without an end still does", async () => {
    const end = new Date(Date.now() + LIFE_MS);
    const [ending, lasting] = await Promise.all([keyOf(area, end), keyOf(area)]);
    try {
      const [held, kept] = await Promise.all([ending.session.token(), lasting.session.token()]);
      // The cloud gives no token that outlives its key.
      expect(held.expires).toBeLessThanOrEqual(end.getTime());
      expect(await Promise.all([says(held.value), says(kept.value)])).toEqual([200, 200]);
      await sleep(Math.max(0, end.getTime() - Date.now()));
      const refused = async () => ((await says(held.value)) === 401 ? true : undefined);
      await until(refused, "the token to be refused", 3000);
      expect(await getsIn(ending.session)).toBe(false);
      expect([await says(kept.value), await getsIn(lasting.session)]).toEqual([200, true]);
    } finally {
      await forget(area, ending, lasting);
    }
  });

  it("C4H-10: the cloud makes no key that has ended already", async () => {
    await expect(keyOf(area, new Date(Date.now() - 1000))).rejects.toThrow(/expir/i);
  });

  it("DENBI-4 C4H-10: who is taken out of a partner's group is out at once: password, key, trust and the tokens that are held", async () => {
    const [gone, stays] = await Promise.all([
      makePerson(world.zone, "uni-north", "commons"),
      makePerson(world.zone, "heart-centre", "commons"),
    ]);
    try {
      const [key, other] = await Promise.all([keyOf(gone.session), keyOf(stays.session)]);
      const sessions = [gone.session, key.session, stays.session, other.session];
      const tokens = await Promise.all(sessions.map(async (session) => (await session.token()).value));
      expect(await Promise.all(tokens.map((token) => says(token)))).toEqual([200, 200, 200, 200]);
      const [handedOn, lasts] = await Promise.all([trust(gone.session, stays), trust(stays.session, gone)]);
      expect(await Promise.all([handedOn(), lasts()])).toEqual([201, 201]);
      const groups = await world.zone.domain.paginate<Named>("identity", "/groups", "groups");
      const group = groups.find(({ name }) => name === "digimed-uni-north")!;
      await world.zone.domain.request("identity", "DELETE", `/groups/${group.id}/users/${gone.id}`);
      // Nova has seen the tokens and may take them for as long as it remembers (`token_cache_time`); Glance asks Keystone.
      expect(await Promise.all(tokens.map((token) => says(token, "image")))).toEqual([401, 401, 200, 200]);
      expect([401, 403]).toContain(await handedOn());
      expect(await lasts()).toBe(201);
      expect(await Promise.all(sessions.map(getsIn))).toEqual([false, false, true, true]);
    } finally {
      for (const { id, session } of [gone, stays]) {
        session.close();
        await world.zone.domain.request("identity", "DELETE", `/users/${id}`);
      }
    }
  });
});

async function forget(owner: Session, ...keys: readonly Key[]): Promise<void> {
  const { userId } = await owner.token();
  for (const { id, session } of keys) {
    session.close();
    await owner.request("identity", "DELETE", `/users/${userId}/application_credentials/${id}`, { expect: [404] });
  }
}
