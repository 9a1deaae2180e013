import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../config/index.ts";
import { loadStackFile } from "../../config/loader.ts";
import { siteFile } from "../../plan/vpn/site-file.ts";
import { profileDirectory } from "../../scripts/site/profiles.ts";
import { Lab } from "./tunnel.ts";

/** Where strongSwan lies: installed, or unpacked below a directory (`apt-get download`, `dpkg -x`). */
const ROOT = process.env["TRESOR_STRONGSWAN"] ?? "/";
const LIBRARIES = path.join(ROOT, "usr/lib/ipsec");
const SWANCTL = path.join(ROOT, "usr/sbin/swanctl");

/** ESP runs in charon itself (kernel-libipsec), so that a kernel without it will do. */
function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return "root is needed for network namespaces";
  if (!existsSync("/dev/net/tun")) return "there is no /dev/net/tun";
  if (!existsSync(path.join(LIBRARIES, "plugins/libstrongswan-kernel-libipsec.so")) || !existsSync(SWANCTL))
    return "no strongSwan with kernel-libipsec here, nor below TRESOR_STRONGSWAN";
  const missing = ["ip", "unshare", "ping"].filter((tool) => spawnSync("which", [tool]).status !== 0);
  return missing.length > 0 ? `missing: ${missing.join(", ")}` : undefined;
}
const why = whyNot();
if (why !== undefined) process.stderr.write(`a site's strongSwan is not tried: ${why}\n`);

const PLUGINS =
  "random nonce aes sha1 sha2 hmac gcm kdf openssl pem pkcs1 pubkey kernel-libipsec kernel-netlink socket-default vici updown";
const SITE = { outer: "198.51.100.20", host: "192.168.40.5", other: "192.168.41.5" };
const CLOUD = { outer: "203.0.113.9", machine: "10.8.0.12", beyond: "10.8.1.12" };
/** As `openssl rand -base64 48` makes it and the zone's administrator tells it. */
const PSK = randomBytes(48).toString("base64");

function textmining(): ZoneConfig {
  const file = path.join(profileDirectory({ name: "vlan-vpn" }), "Pulumi.textmining.yaml");
  return loadStackFile(readFileSync(file, "utf8"), file).stack!.config as ZoneConfig;
}

/** The cloud's end with the parameters that Neutron is told, and the key as Neutron writes it: the text, in base64 (`PSK 0s...`). */
const CLOUD_CONF = `connections { site {
  version = 2
  local_addrs = ${CLOUD.outer}
  remote_addrs = ${SITE.outer}
  proposals = aes256gcm16-prfsha384-ecp384
  local { auth = psk
    id = ${CLOUD.outer} }
  remote { auth = psk
    id = ${SITE.outer} }
  children { net {
    local_ts = 10.8.0.0/24
    remote_ts = 192.168.40.0/24
    esp_proposals = aes256gcm16-ecp384 } } } }
secrets { ike-site {
  id-cloud = ${CLOUD.outer}
  id-site = ${SITE.outer}
  secret = 0s${Buffer.from(PSK).toString("base64")} } }
`;

/** As the comment in the site's file says. */
const secrets = (secret: string): string => `secrets {
  ike-textmining {
    id-cloud = ${CLOUD.outer}
    id-site = ${SITE.outer}
    secret = ${secret}
  }
}
`;

let lab: Lab;
const daemons: ChildProcess[] = [];
const socket = (name: string): string => path.join(lab.directory, name, "charon.vici");

async function start(name: string): Promise<void> {
  await mkdir(path.join(lab.directory, name));
  const conf = await lab.write(`${name}.strongswan`, `charon {\n  load_modular = no\n  load = ${PLUGINS}\n}\n`);
  const overlay = ROOT === "/" ? [] : [`mount -t overlay overlay -o lowerdir=${ROOT}/usr/lib:/usr/lib /usr/lib`];
  const script = [
    "set -e",
    "mount --make-rprivate /",
    `mount --bind ${path.join(lab.directory, name)} /run`,
    ...overlay,
    `STRONGSWAN_CONF=${conf} LD_LIBRARY_PATH=/usr/lib/ipsec exec /usr/lib/ipsec/charon`,
  ].join("\n");
  daemons.push(
    spawn("ip", ["netns", "exec", lab.space(name), "unshare", "-m", "sh", "-c", script], { stdio: "ignore" }),
  );
  for (let tries = 0; !existsSync(socket(name)); tries++) {
    if (tries > 100) throw new Error(`charon of ${name} did not start`);
    await sleep(100);
  }
}

function swanctl(name: string, ...args: readonly string[]): string {
  const env = { ...process.env, LD_LIBRARY_PATH: LIBRARIES, STRONGSWAN_CONF: lab.file("swanctl.strongswan") };
  const { stdout, stderr } = spawnSync(SWANCTL, [...args, "--uri", `unix://${socket(name)}`], { env, timeout: 20_000 });
  return `${stdout}${stderr}`;
}

beforeAll(async () => {
  if (why !== undefined) return;
  lab = await Lab.make();
  await lab.add("site", "way", "cloud");
  await lab.cable(["site", "out", `${SITE.outer}/24`], ["way", "left", "198.51.100.1/24"]);
  await lab.cable(["cloud", "out", `${CLOUD.outer}/24`], ["way", "right", "203.0.113.1/24"]);
  await lab.in("way", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  await lab.in("site", "ip", "route", "add", "default", "via", "198.51.100.1");
  await lab.in("cloud", "ip", "route", "add", "default", "via", "203.0.113.1");
  for (const host of [SITE.host, SITE.other]) await lab.in("site", "ip", "address", "add", `${host}/32`, "dev", "lo");
  for (const host of [CLOUD.machine, CLOUD.beyond])
    await lab.in("cloud", "ip", "address", "add", `${host}/32`, "dev", "lo");
  await lab.write("site.conf", siteFile(textmining(), "clinic").text);
  await lab.write("cloud.conf", CLOUD_CONF);
  await lab.write("swanctl.strongswan", "swanctl { load = random openssl }\n");
  for (const name of ["site", "cloud"]) await start(name);
  swanctl("cloud", "--load-all", "--file", lab.file("cloud.conf"));
});
afterAll(async () => {
  for (const daemon of daemons) daemon.kill("SIGTERM");
  await lab?.close();
});

async function load(secret: string): Promise<string> {
  await lab.write("textmining.secrets", secrets(secret));
  return swanctl("site", "--load-all", "--clear", "--file", lab.file("site.conf"));
}

describe.skipIf(why !== undefined)("what `tresor site` prints, in a real strongSwan (C4H-3, C4H-8)", () => {
  it("is a file that it reads, and a key that is decoded once more is another key", async () => {
    expect(await load(`0s${PSK}`)).toContain("loaded connection 'textmining-clinic-v4'");
    expect(swanctl("site", "--initiate", "--child", "area")).toContain("AUTHENTICATION_FAILED");
    expect(await lab.pings("site", CLOUD.machine, SITE.host)).toBe(false);
  });

  it("brings the tunnel up with the key as it was told, with the planned ciphers and selectors", async () => {
    await load(`"${PSK}"`);
    expect(swanctl("site", "--initiate", "--child", "area")).toContain("initiate completed successfully");
    const shown = swanctl("site", "--list-sas");
    expect(shown).toContain("AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384");
    expect(shown).toMatch(/INSTALLED.*ESP:AES_GCM_16-256/);
    expect(shown).toMatch(/local +192\.168\.40\.0\/24/);
    expect(shown).toMatch(/remote +10\.8\.0\.0\/24/);
  });

  it("carries packets between what the config names, and of nothing else", async () => {
    expect(await lab.pings("site", CLOUD.machine, SITE.host)).toBe(true);
    expect(await lab.pings("cloud", SITE.host, CLOUD.machine)).toBe(true);
    expect(await lab.pings("site", CLOUD.machine, SITE.other)).toBe(false);
    expect(await lab.pings("site", CLOUD.beyond, SITE.host)).toBe(false);
  });
});
