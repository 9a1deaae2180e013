import { afterEach, beforeEach } from "vitest";
import { Session } from "../../../../openstack/session.ts";
import { FakeCloud } from "./cloud.ts";

interface FakeSession {
  readonly cloud: FakeCloud;
  readonly session: Session;
}

/** A cloud of this process and somebody logged in there, anew for each test of the block that calls it. */
export function fakeSession(): FakeSession {
  let now: FakeSession | undefined;
  const current = (): FakeSession => {
    if (now === undefined) throw new Error("no test runs");
    return now;
  };
  beforeEach(async () => {
    const cloud = await new FakeCloud().start();
    now = { cloud, session: new Session(cloud.entry(), { warn: () => undefined, wait: () => Promise.resolve() }) };
  });
  afterEach(async () => {
    const { cloud, session } = current();
    now = undefined;
    session.close();
    await cloud.stop();
  });
  return {
    get cloud() {
      return current().cloud;
    },
    get session() {
      return current().session;
    },
  };
}
