import { analysis, heart, plain, preset, type ZoneCase } from "./parts.ts";

/** Rules about machines, flavors and images. */
export const MACHINES_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "granted-gpu": [
    {
      name: "a GPU without memory encryption, in an open zone",
      change: (c) => {
        preset(c, "open");
        c.granted.flavors["gpu"] = { ...plain, gpu: true };
      },
    },
    {
      name: "a GPU with SEV-SNP",
      change: (c) => (c.granted.flavors["SCS-2T-8_z4"]!.gpu = true),
      refuses: ["zone.granted.flavors.SCS-2T-8_z4.gpu"],
    },
    { name: "no GPU", change: (c) => (c.granted.flavors["SCS-2T-8_z4"]!.gpu = false) },
  ],
  "image-disk": [
    { name: "as large as the image asks", change: (c) => (analysis(c).disk = "4 GiB") },
    {
      name: "smaller than the image asks",
      change: (c) => (analysis(c).disk = "3 GiB"),
      refuses: ["zone.areas.commons.machines.analysis.disk"],
    },
    {
      name: "the image asks for nothing",
      change: (c) => {
        delete c.granted.images["debian-13-snp"]!.minDisk;
        analysis(c).disk = "1 GiB";
      },
    },
  ],
  "machine-metadata": [
    {
      name: "asked for in a guarded zone",
      change: (c) => {
        preset(c, "guarded");
        analysis(c).metadata = true;
      },
    },
    {
      name: "asked for in an isolated zone",
      change: (c) => {
        preset(c, "isolated");
        analysis(c).metadata = true;
      },
      refuses: ["zone.areas.commons.machines.analysis.metadata"],
    },
    {
      name: "asked for in a confidential zone",
      change: (c) => (analysis(c).metadata = true),
      refuses: ["zone.areas.commons.machines.analysis.metadata"],
    },
    { name: "not asked for", change: (c) => (analysis(c).metadata = false) },
  ],
  "image-pinned": [
    { name: "pinned by its digest", change: () => undefined },
    {
      name: "pinned by its id",
      change: (c) => (c.granted.images["debian-13-snp"] = { id: "0a1b2c3d", confidential: "sev-snp" }),
    },
    {
      name: "granted by its name alone",
      change: (c) => delete c.granted.images["debian-13-snp"]!.sha512,
      refuses: ["zone.granted.images.debian-13-snp"],
    },
    {
      name: "one that no machine uses: people at a bench do",
      change: (c) => (c.granted.images["other"] = { confidential: "sev-snp" }),
      refuses: ["zone.granted.images.other"],
    },
    {
      name: "by its name alone in a guarded zone",
      change: (c) => {
        preset(c, "guarded");
        delete c.granted.images["debian-13-snp"]!.sha512;
      },
      refuses: ["zone.granted.images.debian-13-snp"],
    },
    {
      name: "by its name alone in an open zone",
      change: (c) => {
        preset(c, "open");
        delete c.granted.images["debian-13-snp"]!.sha512;
      },
    },
    {
      name: "no image granted, and no machine",
      change: (c) => {
        c.granted.images = {};
        for (const area of Object.values(c.areas)) Object.assign(area, { machines: {}, flows: [] });
      },
    },
  ],
  "machine-confidential": [
    { name: "SEV-SNP on both", change: () => undefined },
    {
      name: "a plain machine",
      change: (c) => {
        c.granted.flavors["plain"] = { ...plain };
        analysis(c).flavor = "plain";
      },
      refuses: ["zone.areas.commons.machines.analysis.flavor", "zone.granted.flavors.plain"],
    },
    {
      name: "plain SEV is not enough",
      change: (c) => (c.granted.flavors["SCS-4T-16_z4"]!.confidential = "sev"),
      refuses: ["zone.areas.commons.machines.analysis.flavor", "zone.granted.flavors.SCS-4T-16_z4"],
    },
    {
      name: "a plain image",
      change: (c) => {
        c.granted.images["debian-13"] = { id: "debian", confidential: "none" };
        analysis(c).image = "debian-13";
      },
      refuses: ["zone.areas.commons.machines.analysis.image", "zone.granted.images.debian-13"],
    },
    {
      name: "a plain flavor granted and unused",
      change: (c) => (c.granted.flavors["plain"] = { ...plain }),
      refuses: ["zone.granted.flavors.plain"],
    },
    {
      name: "a plain pair in an isolated zone",
      change: (c) => {
        preset(c, "isolated");
        c.granted.flavors["SCS-4T-16_z4"]!.confidential = "none";
        c.granted.images["debian-13"] = { id: "debian", confidential: "none" };
        analysis(c).image = "debian-13";
      },
    },
    {
      name: "no machines, nothing granted",
      change: (c) => {
        c.granted.flavors = {};
        c.granted.images = {};
        for (const area of Object.values(c.areas)) Object.assign(area, { machines: {}, flows: [] });
      },
    },
  ],
  "machine-pair": [
    { name: "an encrypted pair in a guarded zone", change: (c) => preset(c, "guarded") },
    {
      name: "a flavor without its image",
      change: (c) => {
        preset(c, "guarded");
        c.granted.images["debian-13"] = { id: "debian", confidential: "none" };
        analysis(c).image = "debian-13";
      },
      refuses: ["zone.areas.commons.machines.analysis.image"],
    },
    {
      name: "an image without its flavor",
      change: (c) => {
        preset(c, "open");
        c.granted.flavors["plain"] = { ...plain };
        analysis(c).flavor = "plain";
      },
      refuses: ["zone.areas.commons.machines.analysis.image"],
    },
    {
      name: "no machines",
      change: (c) => {
        preset(c, "open");
        c.areas = { heart: { ...heart(c), machines: {} } };
      },
    },
  ],
  "user-data-secret": [
    { name: "packages", change: (c) => (analysis(c).userData = "#cloud-config\npackages: [r-base]\n") },
    {
      name: "a password",
      change: (c) => (analysis(c).userData = "#cloud-config\npassword: x\n"),
      refuses: ["zone.areas.commons.machines.analysis.userData"],
    },
    {
      name: "a private key",
      change: (c) => (analysis(c).userData = `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----`),
      refuses: ["zone.areas.commons.machines.analysis.userData"],
    },
    { name: "unset", change: (c) => delete analysis(c).userData },
  ],
};
