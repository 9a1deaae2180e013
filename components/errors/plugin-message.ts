import { serviceMessage } from "../../openstack/index.ts";

/** What a message of the OpenStack plugin tells of the call that failed. */
export interface PluginFailure {
  /** Undefined where the message tells of no call. */
  readonly method?: string;
  /** HTTP status; 0 where no answer came; undefined where the message tells of no call. */
  readonly status?: number;
  /** The service's own words, those of the connection, or the plugin's, on one line; never a body, and of an address no more than scheme, host and port. */
  readonly reason: string;
}

/** gophercloud's words for an answer that it did not expect; a body may follow. Hosts may be `[::1]`. */
const ANSWER = /Expected HTTP response code \[[^\]]*\] when accessing \[([A-Z]+) \S+\], but got (\d{3}) instead:?/;
/** Go's words for a call without an answer. */
const CONNECTION = /\b(Get|Post|Put|Patch|Delete|Head) "([^"]*)": ([\s\S]*)/;
/** Words around the cause that say nothing by themselves. */
const AROUND = [
  /^\d+ errors? occurred:\s*\*\s*/,
  /^OpenStack connection error, retries exhausted\. Aborting\. Last error was: /,
];
/** The plugin repeats a write with the body that was read before: what it then tells is not the cause. */
const EMPTY_BODY = /^http: ContentLength=\d+ with Body length 0$/;
const LONGEST = 300;

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim().replace(/\.+$/, "").slice(0, LONGEST);
const bare = (text: string): string => AROUND.reduce((rest, words) => rest.replace(words, ""), text.trim());

/** The JSON that a text begins with; undefined where it begins with none. What follows, as other errors, is left out. */
function jsonAtStart(text: string): unknown {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const sign = text[index];
    if (quoted) {
      if (sign === "\\") index++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "{" || sign === "[") depth++;
    else if ((sign === "}" || sign === "]") && --depth === 0) return parse(text.slice(0, index + 1));
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function originOf(url: string): string {
  const { origin } = URL.canParse(url) ? new URL(url) : { origin: "null" };
  return origin === "null" ? "" : `${origin}: `;
}

/** Reads the plugin's message. Of a body only the service's message is taken: the rest may repeat what was sent. */
export function readPluginMessage(message: string): PluginFailure {
  const text = bare(message);
  const answer = ANSWER.exec(text);
  if (answer !== null) {
    const body = text.slice(answer.index + answer[0].length).trim();
    const words = /^[{[]/.test(body) ? serviceMessage(jsonAtStart(body)) : serviceMessage(body);
    return { method: answer[1], status: Number(answer[2]), reason: oneLine(words ?? "") };
  }
  const connection = CONNECTION.exec(text);
  if (connection !== null) {
    const [, method = "", url = "", rest = ""] = connection;
    const words = oneLine(bare(rest));
    const cause = EMPTY_BODY.test(words) ? "the connection was refused or broke" : words;
    return { method: method.toUpperCase(), status: 0, reason: `${originOf(url)}${cause}` };
  }
  const [first = ""] = text.split("\n");
  return { reason: oneLine(first.replace(/[{<][\s\S]*$/, "").replace(/(\w+:\/\/[^\s/"]*)[^\s"]*/g, "$1")) };
}
