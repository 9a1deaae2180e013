import { main } from "@pulumi/pulumi/provider/index.js";
import { watchParent } from "../../../../provider/wire.ts";
import { STAND_INS } from "../../versions.ts";
import { StandIn } from "../stand-in.ts";
import { COMMAND_TYPES, stopCommands } from "./types.ts";

const { name, version } = STAND_INS.find((plugin) => plugin.name === "command")!;
const provider = new StandIn(name, version, COMMAND_TYPES);
provider.cancel = async () => stopCommands();
process.on("exit", stopCommands);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(1));
watchParent();
await main(provider, process.argv.slice(2));
