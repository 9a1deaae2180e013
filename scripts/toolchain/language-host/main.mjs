// Language host for Node: the process that the engine starts to run a program, a provider or a policy pack written in
// TypeScript or JavaScript. It serves pulumirpc.LanguageRuntime with the protocol definitions of the program's own
// @pulumi/pulumi, has no dependency of its own, and runs on Node 20 or newer.
//
// The protocol with the engine: the last argument is the engine's address, the first line on stdout is our port.
import { execFileSync } from "node:child_process";
import { endWithParent, stopAll } from "./children.mjs";
import { nodeFor } from "./node.mjs";
import { programDependencies, requiredPackages } from "./packages.mjs";
import { installDependencies, runPlugin, runProgram } from "./processes.mjs";
import { loadProtocol } from "./sdk.mjs";

const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const protocol = loadProtocol([process.cwd()]);
const { grpc, language, plugin, empty } = protocol;

/** Answers a failure of ours as a gRPC error: an exception in a handler would leave the engine waiting for ever. */
const guarded = (handler) => (call, callback) => {
  const fail = (error) => {
    const status = Object.assign(new Error(error.message), { code: error.code ?? grpc.status.INTERNAL });
    if (callback) callback(status);
    else call.destroy(status);
  };
  Promise.resolve()
    .then(() => handler(call, protocol, engine))
    .then((response) => (callback ? callback(null, response) : call.end()), fail);
};

const handlers = {
  handshake: () => new language.LanguageHandshakeResponse(),
  getPluginInfo: () => {
    const info = new plugin.PluginInfo();
    info.setVersion(protocol.version);
    return info;
  },
  about: () => {
    const about = new language.AboutResponse();
    const node = nodeFor(process.cwd());
    about.setExecutable(node);
    about.setVersion(execFileSync(node, ["--version"], { encoding: "utf8" }).trim());
    return about;
  },
  runtimeOptionsPrompts: () => new language.RuntimeOptionsResponse(),
  getRequiredPackages: requiredPackages,
  getProgramDependencies: programDependencies,
  run: runProgram,
  runPlugin,
  installDependencies,
  cancel: () => {
    stopAll("SIGINT");
    return new empty.Empty();
  },
};

const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
const server = new grpc.Server(unlimited);
server.addService(
  protocol.LanguageRuntimeService,
  Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, guarded(handler)])),
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
endWithParent();
