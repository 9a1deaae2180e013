import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import { formatProblem } from "../../config/problem.ts";
import { explainPluginError, mayRepeatOperation } from "./explain.ts";

/** How often an operation is tried in all, and how long is waited before it is tried again. */
const ATTEMPTS = 4;
const WAIT_MS = 1000;

interface HookOptions {
  readonly say?: (text: string, urn: string) => void;
  readonly wait?: (milliseconds: number) => Promise<boolean>;
}

const say = (text: string, urn: string): void =>
  // The log needs a resource for its URN alone.
  void pulumi.log.error(text, { urn: pulumi.output(urn) } as unknown as pulumi.Resource);

/**
 * What is done about an error of the OpenStack plugin: what passes by itself is tried again, all else is said in one sentence
 * beside the plugin's own page, which the engine shows in any case.
 * @returns whether the engine shall try again
 */
export function onPluginError(
  { urn, name, type, failedOperation, errors }: pulumi.ErrorHookArgs,
  options: HookOptions = {},
): boolean | Promise<boolean> {
  const { [0]: message = "", length } = errors;
  try {
    if (length < ATTEMPTS && mayRepeatOperation(type, failedOperation, message)) {
      const pause = WAIT_MS * 2 ** (length - 1);
      return options.wait?.(pause) ?? sleep(pause, true);
    }
    (options.say ?? say)(formatProblem(explainPluginError(type, name, failedOperation, message)), urn);
  } catch {
    // An error here would take the place of the plugin's.
  }
  return false;
}

let hook: pulumi.ErrorHook | undefined;

/** The one hook of a program: the engine knows hooks by name, and takes each name once. */
export const pluginErrorHook = (): pulumi.ErrorHook =>
  (hook ??= new pulumi.ErrorHook("tresor-explains-plugin-errors", (args) => onPluginError(args)));
