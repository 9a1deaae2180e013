import type * as pulumi from "@pulumi/pulumi";
import { Zone } from "../components/zone/zone.ts";
import type { ZoneConfig } from "../config/index.ts";
import { placeName } from "../plan/names.ts";
import { planZone } from "../plan/zone.ts";
import { findGranted } from "./lookup/granted.ts";
import { handedSecrets, secretsFor } from "./secrets.ts";

/** Makes a research zone inside what the operator granted. @param today the day on which it shall be so, YYYY-MM-DD */
export async function runZone(config: ZoneConfig, today: string): Promise<pulumi.Inputs> {
  const plan = planZone(config, today);
  const prefix = config.cloud ?? config.name;
  const cloudOf = (area?: string): string => (area === undefined ? prefix : placeName(prefix, area));
  const secrets = secretsFor(plan, handedSecrets());
  const granted = await findGranted(config, plan, cloudOf);
  const areas = Object.fromEntries(
    Object.keys(config.areas).map((key) => [placeName(config.name, key), { cloud: cloudOf(key) }]),
  );
  const zone = new Zone(config.name, { scope: { cloud: cloudOf() }, areas, plan, granted, secrets });
  const { oneTimePasswords, waiting } = zone.persons;
  // Of persons without an identity provider; each logs in once. Who is waited for has not logged in yet.
  const people = { personsOneTimePasswords: oneTimePasswords, personsWaitedFor: waiting };
  const services = Object.keys(zone.serviceLogins).length === 0 ? {} : { serviceLogins: zone.serviceLogins };
  const keys = Object.keys(zone.keysWaitedFor).length === 0 ? {} : { studyKeysWaitFor: zone.keysWaitedFor };
  return { objects: zone.ids, ...people, ...services, ...keys };
}
