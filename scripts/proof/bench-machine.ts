import type { Session } from "../../openstack/index.ts";
import { placeKey, placeName } from "../../plan/names.ts";
import { takeAway } from "./attempt.ts";
import { platformImage } from "./images.ts";
import type { LivePort } from "./ports.ts";
import { until } from "./wait.ts";
import type { Named, World } from "./world.ts";

const FLAVOR = "SCS-2T-8_z4";
const BUILD_MS = 120_000;

/** A machine that a bench's member started, with the port that Nova bound for it. */
interface BenchMachine {
  readonly port: LivePort;
  remove(): Promise<void>;
}

interface Server {
  readonly status: string;
  readonly fault?: { readonly message: string };
}

/** What a server needs, as the member of a bench finds it: nothing of it is given by id, but for whose image it must be. */
async function orderOf(member: Session, operator: Session, bench: string): Promise<object> {
  const [network] = await member.paginate<Named>("network", "/networks", "networks", { query: { name: bench } });
  const flavors = await member.paginate<Named>("compute", "/flavors/detail", "flavors");
  const flavor = flavors.find(({ name }) => name === FLAVOR);
  const image = await platformImage(member, operator);
  if (!network || !flavor) throw new Error(`the bench ${bench} lacks ${!network ? "its network" : "a flavor"}`);
  return {
    name: `${bench}-own`,
    flavorRef: flavor.id,
    networks: [{ uuid: network.id }],
    block_device_mapping_v2: [
      {
        boot_index: 0,
        uuid: image.id,
        source_type: "image",
        destination_type: "volume",
        volume_size: 5,
        delete_on_termination: true,
      },
    ],
  };
}

/** A member of a bench starts a machine there: that is what a bench is for. */
export async function benchMachine(world: World, partner: string, area: string): Promise<BenchMachine> {
  const member = await world.person(partner, placeKey(area, partner));
  const bench = placeName(world.zone.name, placeKey(area, partner));
  const { body } = await member.request<{ server: { id: string } }>("compute", "POST", "/servers", {
    body: { server: await orderOf(member, world.operator, bench) },
    what: `start a machine on the bench ${bench}`,
  });
  const path = `/servers/${body.server.id}`;
  const read = async (): Promise<Server | undefined> =>
    (await member.find<{ server: Server }>("compute", path))?.server;
  await until(
    async () => {
      const server = await read();
      if (server?.status === "ERROR") throw new Error(`the bench's machine is ERROR: ${server.fault?.message ?? ""}`);
      return server?.status === "ACTIVE" ? server : undefined;
    },
    `the machine of the bench ${bench}`,
    BUILD_MS,
  );
  const query = { device_id: body.server.id };
  const [port] = await world.operator.paginate<LivePort>("network", "/ports", "ports", { query });
  if (port === undefined) throw new Error("the bench's machine has no port");
  return {
    port,
    async remove() {
      await takeAway(member, "compute", path);
      const gone = async () => ((await read()) === undefined ? true : undefined);
      await until(gone, `the machine of the bench ${bench} to go`, BUILD_MS);
    },
  };
}
