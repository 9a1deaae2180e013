import { main } from "@pulumi/pulumi/provider/index.js";
import { watchParent } from "../../../../provider/wire.ts";
import { STAND_INS } from "../../versions.ts";
import { StandIn } from "../stand-in.ts";
import { RANDOM_TYPES } from "./types.ts";

const { name, version } = STAND_INS.find((plugin) => plugin.name === "random")!;
watchParent();
await main(new StandIn(name, version, RANDOM_TYPES), process.argv.slice(2));
