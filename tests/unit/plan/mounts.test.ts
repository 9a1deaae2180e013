import { describe, expect, it } from "vitest";
import { fstabLine, mountCloudInit, mountOptions, userDataWith, type Mount } from "../../../plan/mounts.ts";
import { userDataKind } from "../../../plan/user-data.ts";
import { shareRecipes } from "../../../plan/recipes.ts";
import { planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "./examples.ts";

const cohort: Mount = {
  source: "192.0.2.10:/shares/8e2f",
  directory: "/data/cohort",
  options: mountOptions({ preset: "confidential" }, { driver: "generic", transit: "below" }, { level: "ro" }),
};

describe("options of a mount (DIGIMED-10, C4H-16)", () => {
  it("are of the least: no devices, no foreign rights, no programs where the preset says so", () => {
    expect(fstabLine(cohort)).toBe(
      "192.0.2.10:/shares/8e2f /data/cohort nfs4 ro,vers=4.2,sec=sys,hard,nosuid,nodev,noexec,_netdev,nofail 0 0",
    );
    // Controls: another preset, driver and level.
    expect(mountOptions({ preset: "guarded" }, { driver: "quobyte", transit: "none" }, { level: "rw" }).join(",")).toBe(
      "rw,vers=4.1,sec=sys,hard,nosuid,nodev,_netdev,nofail",
    );
  });

  it("DIGIMED-3: demand TLS where the storage speaks it, so that a mount without it fails", () => {
    const options = (transit: "none" | "client" | "below") =>
      mountOptions({ preset: "guarded" }, { driver: "netapp", transit }, { level: "ro" }).filter((one) =>
        one.startsWith("xprtsec"),
      );
    expect(options("client")).toEqual(["xprtsec=tls"]);
    expect([...options("none"), ...options("below")]).toEqual([]);
  });
});

describe("user data with mounts", () => {
  it("are cloud-config alone where a machine has none of its own", () => {
    expect(userDataWith(null, [cohort])).toMatchInlineSnapshot(`
      "#cloud-config
      # Shares of the zone. The image must bring an NFS client; directories are made where they are missing.
      merge_how:
        - { name: list, settings: [append] }
        - { name: dict, settings: [no_replace, recurse_list] }
      mounts:
        - ["192.0.2.10:/shares/8e2f","/data/cohort","nfs4","ro,vers=4.2,sec=sys,hard,nosuid,nodev,noexec,_netdev,nofail","0","0"]
      "
    `);
  });

  it("stand beside those that a machine has, each part with its type", () => {
    const text = userDataWith("#!/bin/sh\necho --==tresor-mounts==\n", [cohort]) ?? "";
    const parts = text.split("--==tresor-mounts==").slice(1, -1);
    const read = parts.map((part) => {
      const [head = "", body = ""] = part.split("\n\n");
      return [/Content-Type: ([^;]+)/.exec(head)?.[1], Buffer.from(body, "base64").toString()];
    });
    expect(read).toEqual([
      ["text/x-shellscript", "#!/bin/sh\necho --==tresor-mounts==\n"],
      ["text/cloud-config", mountCloudInit([cohort])],
    ]);
    expect(text).toMatch(/^Content-Type: multipart\/mixed; boundary="==tresor-mounts=="\nMIME-Version: 1.0\n\n--/);
    expect(text).toMatch(/\n--==tresor-mounts==--\n$/);
  });

  it("are the machine's own, to the letter, where it mounts nothing", () => {
    expect(userDataWith("#cloud-config\n{}\n", [])).toBe("#cloud-config\n{}\n");
    expect(userDataWith(null, [])).toBeNull();
  });

  it("are told apart by how they begin", () => {
    expect(userDataKind("#cloud-config\n{}")).toBe("text/cloud-config");
    expect(userDataKind("#!/bin/sh")).toBe("text/x-shellscript");
    for (const other of ["", "#include\nhttp://a", "## template: jinja\n#cloud-config", "#cloud-config-archive\n[]"])
      expect(userDataKind(other), other).toBeUndefined();
  });
});

describe("planned mounts (DIGIMED-9, DIGIMED-10)", () => {
  it("are a machine's, with the level of its area's machines", () => {
    const config = examples.zone();
    config.areas["commons"]!.machines["analysis"]!.mounts = { cohort: "/data/cohort" };
    const plan = planZone(config);
    const [machine] = planned(plan, "machine").filter(({ name }) => name === "digimed-commons-analysis");
    expect(machine?.facts.mounts).toMatchObject([
      { shareId: "share/digimed/commons/cohort", directory: "/data/cohort", type: "nfs4" },
    ]);
    expect(machine?.facts.mounts[0]?.options[0]).toBe("rw");
    const [share] = planned(plan, "share");
    expect(share?.facts).toMatchObject({ squash: "none", mounted: true });
    // Control: as the example has it.
    const before = planZone(examples.zone());
    expect(planned(before, "machine").flatMap(({ facts }) => facts.mounts)).toEqual([]);
    expect(planned(before, "share")[0]?.facts.mounted).toBe(false);
  });
});

describe("recipes of a share (DIGIMED-10, DIGIMED-11)", () => {
  const recipes = (change: (config: ReturnType<typeof examples.zone>) => unknown = () => undefined) => {
    const config = examples.zone();
    change(config);
    return shareRecipes(config, planZone(config), "commons/cohort");
  };

  it("are one for each who may use it, with its network and level, and for nobody else", () => {
    const { recipes: all, squash, share } = recipes();
    expect(share).toBe("digimed-commons-cohort");
    expect(all.map((one) => [one.for, one.level, one.networks[0]])).toEqual([
      ["machines", "rw", "10.8.0.0/24"],
      ["heart-centre", "rw", "10.8.1.0/24"],
      ["uni-north", "ro", "10.8.2.0/24"],
    ]);
    expect(squash).toBe("none");
    for (const { cloudInit } of all) expect(cloudInit).toContain("<export path>");
  });

  it("say what the storage makes of user ids: the driver's doing, the operator's word, or that nobody said it", () => {
    const noteOf = (squash?: "root" | "all") =>
      recipes((config) => {
        config.granted.shareTypes["project-share"] = {
          driver: "quobyte",
          protocols: ["NFS"],
          transit: "below",
          ...(squash && { squash }),
        };
      }).notes[2];
    expect(recipes().notes[2]).toMatch(/squash none/);
    expect(noteOf("root")).toMatch(/squash root/);
    expect(noteOf("all")).toMatch(/squash all/);
    expect(noteOf()).toMatch(/nobody has said .* ask the operator/);
  });

  it("DIGIMED-3: say what encrypts the way", () => {
    const noteOf = (transit: "none" | "client" | "below") =>
      recipes(
        (config) => (config.granted.shareTypes["project-share"] = { driver: "netapp", protocols: ["NFS"], transit }),
      );
    expect(noteOf("none").notes[1]).toMatch(/^nothing encrypts it on the way/);
    expect(noteOf("below").notes[1]).toMatch(/the operator's word/);
    const byTls = noteOf("client");
    expect(byTls.notes[1]).toMatch(/tlshd/);
    expect(byTls.transit).toBe("client");
    for (const { fstab, cloudInit } of byTls.recipes) {
      expect(fstab).toContain(",xprtsec=tls,");
      expect(cloudInit).toContain(",xprtsec=tls,");
    }
  });

  it("say why there are none", () => {
    expect(() =>
      recipes((config) => (config.frozen = { since: "2026-11-20", reason: "an incident", by: "the board" })),
    ).toThrow(/nobody may use the share commons\/cohort: the zone is frozen\. Next: `tresor unfreeze digimed`/);
    expect(() => shareRecipes(examples.zone(), planZone(examples.zone()), "heart/imaging")).toThrow(
      /no share called heart\/imaging \(allowed: commons\/cohort\)/,
    );
    expect(() =>
      recipes((config) =>
        Object.assign(config.areas["commons"]!.datasets["cohort"]!, { access: {}, machines: "none" }),
      ),
    ).toThrow(/grants it to no bench and no machine/);
  });
});
