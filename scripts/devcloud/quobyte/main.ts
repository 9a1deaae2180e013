// The simulator as a process of the one-machine cloud: `node main.ts <its config file>`.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { Simulator } from "./server.ts";
import { loopbackTls } from "./tls.ts";

const config = z.strictObject({
  port: z.int(),
  stateFile: z.string(),
  tlsDirectory: z.string(),
  user: z.string(),
  password: z.string(),
  capacity: z.number(),
});

const { tlsDirectory, ...options } = config.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
await Simulator.start({ ...options, tls: loopbackTls(tlsDirectory) });
