import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlannedFile } from "../files.ts";
import type { DevcloudSettings } from "../settings.ts";
import { logToFile } from "./common.ts";
import type { RenderInput } from "./common.ts";
import { nova } from "./compute.ts";
import { barbican, glance, keystone, placement } from "./identity.ts";
import { renderIni } from "./ini.ts";
import { neutron, octavia } from "./network.ts";
import { simulatorConfig } from "../simulator.ts";
import { SWIFT_STORAGE, swiftCommon, swiftProxy, swiftStorage } from "./objects.ts";
import { cinder, manila } from "./storage.ts";
import { cloudsYaml, mariadb, rabbitmq } from "./stores.ts";

const sourceDir = join(import.meta.dirname, "..");

/** Every config file of the cloud, from settings and passwords alone. */
export function renderConfig(input: RenderInput): readonly PlannedFile[] {
  const { settings } = input;
  const etc = (name: string, text: string): PlannedFile => ({ path: join(settings.dirs.etc, name), text });
  return [
    etc("my.cnf", renderIni(mariadb(input))),
    etc("rabbitmq.conf", rabbitmq(input)),
    etc("keystone.conf", renderIni(keystone(input))),
    // The administrator's password is made by this machine, not by a person: nobody has to change it at first use.
    etc("keystone-bootstrap.conf", renderIni({ security_compliance: { change_password_upon_first_use: false } })),
    etc("placement.conf", renderIni(placement(input))),
    etc("glance-api.conf", renderIni(glance(input))),
    etc("nova.conf", renderIni(nova(input))),
    ...settings.hosts.map((host) => etc(`nova-${host.name}.conf`, renderIni(nova(input, host)))),
    etc("neutron.conf", renderIni(neutron(input))),
    etc("cinder.conf", renderIni(cinder(input))),
    etc("manila.conf", renderIni(manila(input))),
    etc("barbican.conf", renderIni(barbican(input))),
    ...["keystone", "nova-api", "neutron", "cinder-api", "manila-api", "octavia"].map((name) =>
      etc(`log-${name}.conf`, renderIni({ DEFAULT: logToFile(input, name) })),
    ),
    etc("octavia.conf", renderIni(octavia(input))),
    ...simulatorConfig(input),
    etc("swift/swift.conf", renderIni(swiftCommon(input))),
    etc("swift/proxy-server.conf", renderIni(swiftProxy(input))),
    ...SWIFT_STORAGE.map((server) => etc(`swift/${server}-server.conf`, renderIni(swiftStorage(input, server)))),
    // Barbican reads its config from the home directory and from /etc only.
    {
      path: join(settings.dirs.state, "home-barbican", ".barbican", "barbican.conf"),
      text: renderIni(barbican(input)),
    },
    // The services run as root already: what would change the user passes the command through.
    { path: join(settings.dirs.bin, "sudo"), text: '#!/bin/sh\nexec "$@"\n', mode: 0o755 },
    { path: join(settings.dirs.bin, "cinder-rootwrap"), text: '#!/bin/sh\nshift\nexec "$@"\n', mode: 0o755 },
    { path: settings.cloudsYaml, text: cloudsYaml(input) },
  ];
}

/** Our code that runs inside OpenStack: copied, so that a cloud does not depend on where the clone lies. */
export function shippedPython(settings: DevcloudSettings): readonly PlannedFile[] {
  return readdirSync(join(sourceDir, "python"))
    .filter((name) => name.endsWith(".py"))
    .sort()
    .map((name) => ({
      path: join(settings.dirs.python, name),
      text: readFileSync(join(sourceDir, "python", name), "utf8"),
    }));
}
