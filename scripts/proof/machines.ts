import type { Session } from "../../openstack/index.ts";
import { judge } from "../../policies/index.ts";
import { processIo, today } from "../site/io.ts";
import { Prover, type Outcome, type Proof } from "./proof.ts";
import { attempt } from "./attempt.ts";
import { platformImage } from "./images.ts";
import { flavorId, PLAIN_FLAVOR as PLAIN, Scratch, type Server } from "./scratch.ts";
import type { World } from "./world.ts";

/** Providers on which a machine holds something, with what it holds, from Placement. */
export async function allocations(
  operator: Session,
  server: string,
): Promise<{ readonly provider: string; readonly resources: Readonly<Record<string, number>> }[]> {
  const { body } = await operator.request<{ allocations: Record<string, { resources: Record<string, number> }> }>(
    "placement",
    "GET",
    `/allocations/${server}`,
  );
  const providers = await operator.request<{ resource_providers: { uuid: string; name: string }[] }>(
    "placement",
    "GET",
    "/resource_providers",
  );
  const names = new Map(providers.body.resource_providers.map(({ uuid, name }) => [uuid, name]));
  return Object.entries(body.allocations).map(([uuid, { resources }]) => ({
    provider: names.get(uuid) ?? uuid,
    resources,
  }));
}

const built = (server: Server): Outcome => ({
  ok: server.status === "ACTIVE",
  says:
    server.status === "ACTIVE"
      ? `ACTIVE on ${server["OS-EXT-SRV-ATTR:host"]}`
      : `${server.status}: ${server.fault?.message ?? "no fault shown"}`,
});

/** SNP machines run on SNP hosts, take a slot, and nothing lets one fall back to a plain one. */
export async function proveMachines(world: World): Promise<readonly Proof[]> {
  const prover = new Prover("machines", ["DIGIMED-1", "DIGIMED-4"]);
  const { operator, zone, settings } = world;
  const scratch = new Scratch(operator);
  const plain = await flavorId(operator, PLAIN, true);
  const snp = await flavorId(operator, "SCS-2T-8_z4", true);
  const { id: image } = await platformImage(operator, operator);
  try {
    await scratch.open();
    for (const [area, session] of Object.entries(zone.areas)) await proveRunning(prover, world, area, session);
    await provePlainRefused(prover, world, plain);
    await proveResize(prover, scratch, operator, { plain, snp, image });
    await prover.show(
      "the confidential image is refused on a plain host",
      async () =>
        built(await scratch.boot(snp, image, { host: settings.hosts.find(({ confidential }) => !confidential)?.name })),
      async () =>
        built(await scratch.boot(snp, image, { host: settings.hosts.find(({ confidential }) => confidential)?.name })),
    );
    await prover.show(
      "one machine more than there are SNP slots finds no host",
      async () => {
        const slots = settings.snpSlots * settings.hosts.filter(({ confidential }) => confidential).length;
        for (let booted = 0; booted <= slots; booted++) {
          const server = await scratch.boot(snp, image);
          if (server.status !== "ACTIVE") return built(server);
        }
        return { ok: true, says: `${slots + 1} machines were accepted on ${slots} slots` };
      },
      async () => built(await scratch.boot(snp, image)),
    );
  } finally {
    await scratch.clear();
  }
  return prover.proofs;
}

/** A machine's slot is on the SNP child of its host; the control is the machine's ordinary allocation on the host itself. */
async function proveRunning(
  prover: Prover,
  { operator, zone, settings }: World,
  area: string,
  session: Session,
): Promise<void> {
  const servers = await session.paginate<Server>("compute", "/servers/detail", "servers");
  const confidentialHosts = settings.hosts.filter(({ confidential }) => confidential).map(({ name }) => name);
  for (const { id, name } of servers) {
    const { server } = (await operator.request<{ server: Server }>("compute", "GET", `/servers/${id}`)).body;
    const held = await allocations(operator, id);
    const slot = held.find(({ resources }) => resources["MEM_ENCRYPTION_CONTEXT"] !== undefined);
    const host = server["OS-EXT-SRV-ATTR:host"];
    await prover.show(
      `${name} runs in an SNP slot of an SNP host, not as a plain machine`,
      async () => ({
        ok: slot?.provider !== `${host}_amd_sev_snp` || !confidentialHosts.includes(host),
        says: `slot on ${slot?.provider ?? "no provider"}`,
      }),
      async () => ({
        ok: server.status === "ACTIVE" && held.some(({ provider }) => provider === host),
        says: `${server.status}, cores and memory on ${host} (area ${area} of ${zone.name})`,
      }),
    );
  }
}

async function provePlainRefused(prover: Prover, { zone }: World, plain: string): Promise<void> {
  const [area, session] = Object.entries(zone.areas)[0] ?? [];
  if (area === undefined || session === undefined) throw new Error("the zone has no area");
  const withFlavor = (flavor: string): Outcome => {
    const areas = Object.entries(zone.config.areas).map(([key, value]) => [
      key,
      {
        ...value,
        machines: Object.fromEntries(
          Object.entries(value.machines).map(([group, machines]) => [group, { ...machines, flavor }]),
        ),
      },
    ]);
    const plainFlavor = { vcpus: 2, memory: "8 GiB", confidential: "none" as const, gpu: false };
    const granted = { ...zone.config.granted.flavors, ...(flavor === PLAIN ? { [PLAIN]: plainFlavor } : {}) };
    const config = {
      ...zone.config,
      areas: Object.fromEntries(areas),
      granted: { ...zone.config.granted, flavors: granted },
    };
    const refused = judge({ kind: "zone", config }, { today: today(processIo) });
    return {
      ok: refused.length === 0,
      says: refused[0] === undefined ? "accepted" : `refused by rule ${refused[0].rule}`,
    };
  };
  await prover.show(
    "a plain flavor in the confidential zone is refused by tresor before any call",
    async () => withFlavor(PLAIN),
    async () => withFlavor("SCS-2T-8_z4"),
  );
  await prover.show(
    "and by the cloud: the project sees no such flavor",
    async () => attempt(session, "compute", "GET", `/flavors/${plain}`),
    async () => attempt(session, "compute", "GET", `/flavors/${await flavorId(session, "SCS-2T-8_z4")}`),
  );
}

async function proveResize(
  prover: Prover,
  scratch: Scratch,
  operator: Session,
  refs: { plain: string; snp: string; image: string },
): Promise<void> {
  const larger = await flavorId(operator, "SCS-4T-16_z4", true);
  const server = await scratch.boot(refs.snp, refs.image);
  const resize = (flavorRef: string) => async (): Promise<Outcome> =>
    // Nova calls the contradiction between image and flavor a bad request.
    attempt(
      operator,
      "compute",
      "POST",
      `/servers/${server.id}/action`,
      { resize: { flavorRef } },
      { refusals: [400] },
    );
  // The refusal first: an accepted resize changes the machine's state. The control runs on a machine of its own.
  const other = await scratch.boot(refs.snp, refs.image);
  await prover.show(
    "a resize to a flavor that says hw:mem_encryption=false is refused by Nova",
    resize(refs.plain),
    async () => attempt(operator, "compute", "POST", `/servers/${other.id}/action`, { resize: { flavorRef: larger } }),
  );
}
