// The calls that start a process: a program, a plugin written in this language, or npm.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { adopt } from "./children.mjs";
import { checkNode, nodeFor, optionsOf, runnerEnvironment, words } from "./node.mjs";
import { requireOf } from "./sdk.mjs";

/** Exit code of @pulumi/pulumi's runner when the user has been told already what went wrong. */
const ALREADY_REPORTED = 32;

/** `project:key` from the engine becomes `project:config:key`, the spelling that the SDK looks up. */
function configFor(entries) {
  const config = {};
  for (const [key, value] of entries) {
    const colon = key.indexOf(":");
    config[`${key.slice(0, colon)}:config:${key.slice(colon + 1)}`] = value;
  }
  return JSON.stringify(config);
}

/** The runner's arguments; a flag without a value is left out. */
function runnerArguments(request, engine) {
  const info = request.getInfo();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: info.getProgramDirectory(),
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
}

/** Runs the program of a stack; ends when it has registered all its resources. */
export function runProgram(call, { language }, engine) {
  const request = call.request;
  const info = request.getInfo();
  const directory = info.getProgramDirectory();
  const options = optionsOf(info);
  const node = nodeFor(directory);
  checkNode(node, info.getEntryPoint());
  const runner = requireOf([directory]).resolve("@pulumi/pulumi/cmd/run");
  const child = adopt(
    spawn(node, [...words(options.nodeargs), runner, ...runnerArguments(request, engine)], {
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        ...runnerEnvironment(options),
        PULUMI_CONFIG: configFor(request.getConfigMap().toObject()),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
    }),
  );
  return new Promise((settle) => {
    const response = new language.RunResponse();
    child.on("error", (error) => {
      response.setError(`cannot start ${node}: ${error.message}`);
      settle(response);
    });
    child.on("exit", (code, signal) => {
      if (code === ALREADY_REPORTED) response.setBail(true);
      else if (code !== 0) response.setError(`Program ended by ${code === null ? signal : `exit code ${code}`}`);
      settle(response);
    });
  });
}

/** Sends a child's output into a stream of messages that have setStdout and setStderr; resolves to its exit code. */
function forward(call, child, Message) {
  const send = (setter) => (chunk) => {
    const message = new Message();
    message[setter](chunk);
    call.write(message);
  };
  child.stdout.on("data", send("setStdout"));
  child.stderr.on("data", send("setStderr"));
  call.on("cancelled", () => child.kill("SIGINT"));
  return new Promise((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code) => settle(code ?? 1));
  });
}

/** Runs a provider or a policy pack that is a directory of sources, as long as the engine holds the call open. */
export async function runPlugin(call, { language }) {
  const request = call.request;
  const info = request.getInfo();
  const directory = info.getProgramDirectory();
  const options = optionsOf(info);
  const isPack = request.getKind() === "analyzer";
  const runner = requireOf([directory]).resolve(`@pulumi/pulumi/cmd/${isPack ? "run-policy-pack" : "run-plugin"}`);
  const tail = isPack ? [...request.getArgsList(), directory] : [directory, ...request.getArgsList()];
  const given = request.getEnvList().map((pair) => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  const child = adopt(
    spawn(nodeFor(directory), [...words(options.nodeargs), runner, ...tail], {
      cwd: isPack ? directory : request.getPwd(),
      env: { ...Object.fromEntries(given), ...runnerEnvironment(options) },
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  const code = await forward(call, child, language.RunPluginResponse);
  const last = new language.RunPluginResponse();
  last.setExitcode(code);
  call.write(last);
}

/** The nearest directory at or above with a package.json: that is where npm works. */
function packageRoot(directory) {
  for (let at = resolve(directory); at !== dirname(at); at = dirname(at))
    if (existsSync(join(at, "package.json"))) return at;
  return directory;
}

/** `npm ci` where a lock file stands, else `npm install`. */
export async function installDependencies(call, { language }) {
  const request = call.request;
  const cwd = packageRoot(request.getInfo()?.getProgramDirectory() || request.getDirectory());
  const command = existsSync(join(cwd, "package-lock.json")) ? "ci" : "install";
  const child = adopt(
    spawn("npm", [command, "--no-audit", "--no-fund", "--loglevel=error"], { cwd, stdio: ["ignore", "pipe", "pipe"] }),
  );
  const code = await forward(call, child, language.InstallDependenciesResponse);
  if (code !== 0) throw new Error(`npm ${command} in ${cwd} ended by exit code ${code}; its messages stand above.`);
}
