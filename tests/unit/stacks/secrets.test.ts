import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { planZone } from "../../../plan/zone.ts";
import { secretsFor } from "../../../stacks/secrets.ts";
import { examples, withIpsec } from "../plan/examples.ts";

const plan = planZone(withIpsec(examples.zone()));
const PSK = "canary-0123456789-0123456789-0123456789";
const said = (handed: unknown): string => {
  try {
    secretsFor(plan, handed);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("pre-shared keys (C4H-3, DIGIMED-6)", () => {
  it("are read where a tunnel names them, wrapped as secrets, and no other", async () => {
    const secrets = secretsFor(plan, { "clinic-psk": PSK, other: PSK });
    expect(Object.keys(secrets)).toEqual(["clinic-psk"]);
    expect(await pulumi.isSecret(secrets["clinic-psk"]!)).toBe(true);
    expect(secretsFor(planZone(examples.zone()), { other: PSK })).toEqual({});
  });

  it.each([
    ["missing", {}, "is not there"],
    ["nothing at all", undefined, "is not there"],
    ["no text", { "clinic-psk": 7 }, "is no text"],
    ["short", { "clinic-psk": "canary-short" }, "is shorter than 32 signs"],
    ["with a line end", { "clinic-psk": `${PSK}\n` }, "has signs other than printable ASCII without quotes"],
    [
      "called an encoding",
      { "clinic-psk": `0s${PSK}` },
      "begins with 0s or 0x, which a site's strongSwan takes for an encoding",
    ],
    ["with a quote", { "clinic-psk": `${PSK}"` }, "has signs other than printable ASCII without quotes"],
  ])("that are %s are refused, once for both tunnels, and are not shown", (_name, handed, fault) => {
    const message = said(handed);
    expect(message).toContain(`zone.sites.clinic.ipsec.secret: the pre-shared key tresor:secrets.clinic-psk ${fault}`);
    expect(message).toContain("pulumi config set --secret --path tresor:secrets.clinic-psk");
    expect(message).not.toContain("canary");
    expect(message.split("\n")).toHaveLength(1);
  });

  it("an inherited name is none", () => {
    const zone = withIpsec(examples.zone());
    zone.sites["clinic"]!.ipsec!.secret = "constructor";
    expect(() => secretsFor(planZone(zone), {})).toThrow("is not there");
  });
});
