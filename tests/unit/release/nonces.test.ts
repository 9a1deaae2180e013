import { describe, expect, it } from "vitest";
import { makeGuestKey, verifyReleases } from "../../../attestation/release/index.ts";
import { REFUSED } from "../../../scripts/release/service.ts";
import { AT } from "../attestation/world.ts";
import { FROM, OTHER, attempt, claimOf, keyIn, lab, nonceFor, succeeds, type Lab } from "./lab.ts";

describe("a nonce (DIGIMED-6)", () => {
  const why = (of: Lab): string | undefined => of.entries().at(-1)?.failed?.[0]?.why;

  it("serves once: a claim that comes a second time is refused, also after a refusal", async () => {
    const of = await lab();
    for (const deviation of [{}, { report: { at: { 0x90: "12" } } }]) {
      const guest = makeGuestKey();
      const nonce = await nonceFor(of, guest);
      const { status } = await of.service.claim(claimOf(guest, nonce, deviation), FROM);
      expect(status).toBe("report" in deviation ? 403 : 200);
      expect(await of.service.claim(claimOf(guest, nonce), FROM)).toEqual(REFUSED);
      expect(why(of)).toBe("it was used before");
    }
    expect(await succeeds(of)).toBe(true);
  });

  it("lives for a minute", async () => {
    const of = await lab();
    const guest = makeGuestKey();
    const [late, early, timely] = [await nonceFor(of, guest), await nonceFor(of, guest), await nonceFor(of, guest)];
    const claim = async (nonce: Buffer, milliseconds: number) => {
      of.clock.at = new Date(AT.getTime() + milliseconds);
      return of.service.claim(claimOf(guest, nonce), FROM);
    };
    expect((await claim(timely, 60_000)).status).toBe(200);
    expect(await claim(late, 60_001)).toEqual(REFUSED);
    expect(why(of)).toBe("it is over");
    // A clock that was set back makes no old nonce good; nor is it entered before what is there.
    expect(await claim(early, -1)).toEqual(REFUSED);
  });

  it("that was stolen serves nobody but the guest that it was given to, and is not burnt", async () => {
    const of = await lab();
    const [owner, thief] = [makeGuestKey(), makeGuestKey()];
    const nonce = await nonceFor(of, owner);
    expect(await of.service.claim(claimOf(thief, nonce), FROM)).toEqual(REFUSED);
    expect(
      of
        .entries()
        .at(-1)
        ?.failed?.map(({ check }) => check),
    ).toEqual(["nonce"]);
    expect(why(of)).toBe("it was given for another key");
    const reply = await of.service.claim(claimOf(owner, nonce), FROM);
    expect(keyIn(reply, owner)).toEqual(of.key);
    expect(verifyReleases(of.text()).findings).toEqual([]);
  });

  it("serves the data set that it was given for, and no other of the same terms", async () => {
    const of = await lab();
    const guest = makeGuestKey();
    const nonce = await nonceFor(of, guest);
    expect(await of.service.claim(claimOf(guest, nonce, { dataset: OTHER }), FROM)).toEqual(REFUSED);
    expect(why(of)).toBe("it was given for another data set");
    expect((await of.service.claim(claimOf(guest, nonce), FROM)).status).toBe(200);
    expect((await attempt(of, { dataset: OTHER })).reply.status).toBe(200);
  });

  it("of nobody, and of before a restart, is refused", async () => {
    const of = await lab();
    const guest = makeGuestKey();
    expect(await of.service.claim(claimOf(guest, Buffer.alloc(32, 7)), FROM)).toEqual(REFUSED);
    expect(why(of)).toBe("it was given to nobody, or is long over");
    const other = await lab();
    expect(await other.service.claim(claimOf(guest, await nonceFor(of, guest)), FROM)).toEqual(REFUSED);
    expect(await succeeds(other)).toBe(true);
  });

  it("is not given where too many are out; the next entry says how many went away", async () => {
    const of = await lab({ nonces: { most: 2 } });
    const guest = makeGuestKey();
    const first = await nonceFor(of, guest);
    await nonceFor(of, guest);
    await expect(nonceFor(of, guest)).rejects.toThrow(/refused/);
    expect((await of.service.claim(claimOf(guest, first), FROM)).status).toBe(200);
    expect(of.entries().at(-1)).toMatchObject({ act: "release", unheard: 1 });
    of.clock.at = new Date(AT.getTime() + 120_001);
    expect(await succeeds(of)).toBe(true);
  });
});
