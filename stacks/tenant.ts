import * as pulumi from "@pulumi/pulumi";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tenant } from "../components/tenant/tenant.ts";
import type { TenantConfig } from "../config/index.ts";
import { UserError } from "../config/problem.ts";
import { Session } from "../openstack/index.ts";
import type { Ledger } from "../plan/ledger.ts";
import { LEDGER, parseLedger } from "../plan/ledger-file.ts";
import { entryOf } from "../plan/names.ts";
import { planTenant } from "../plan/tenant.ts";
import { demandSameQuobyte } from "./lookup/quobyte.ts";
import { findExternals, findOffer, findRoles } from "./lookup/offer.ts";
import { findOutside } from "./lookup/uplinks.ts";
import { scopeOf } from "./providers.ts";

async function readLedger(file: string): Promise<Ledger> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined)
    throw new UserError({
      what: `there is no ledger ${file}`,
      next: "run `tresor allocate <zone>` in the operator's site directory",
    });
  return parseLedger(text, file).ledger;
}

/** Makes what the operator grants to one zone. */
export async function runTenant(config: TenantConfig): Promise<pulumi.Inputs> {
  const ledger = await readLedger(join(pulumi.getRootDirectory(), LEDGER));
  const entry = entryOf(ledger.zones, config.zone);
  if (entry === undefined) {
    throw new UserError({
      what: `the ledger has no zone ${config.zone}`,
      next: `run \`tresor allocate ${config.zone}\``,
    });
  }
  await demandSameQuobyte(config, pulumi.getRootDirectory());
  const session = await Session.open(config.cloud);
  const [offer, roles, externals, outside] = await Promise.all([
    findOffer(session, config),
    findRoles(session, ["manager", "member"]),
    findExternals(session, config),
    findOutside(session, config),
  ]);
  session.close();
  const tenant = new Tenant(config.zone, {
    scope: scopeOf(config.cloud),
    plan: planTenant(config, entry),
    offer,
    roles,
    externals,
    outside,
  });
  return {
    domainId: tenant.domainId,
    pipelineOneTimePassword: tenant.oneTimePassword,
    ...(Object.keys(tenant.quobyteVolumes).length === 0 ? {} : { quobyteVolumes: tenant.quobyteVolumes }),
  };
}
