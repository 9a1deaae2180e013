import type { Problem } from "./problem.ts";

/** What to do about a file that is none. */
export const EXAMPLE = "start from an example: `tresor init zone <directory>` writes one";

const LARGEST = 1024 * 1024;

/** The text of a file, or what keeps it from being read as text at all. */
export function decode(input: string | Uint8Array): Omit<Problem, "position"> | string {
  const bytes = typeof input === "string" ? Buffer.byteLength(input) : input.length;
  if (bytes > LARGEST)
    return {
      what: "the file is too large",
      found: `${(bytes / LARGEST).toFixed(1)} MiB`,
      allowed: "at most 1 MiB",
      next: "one file describes one stack; keep data and images out of it",
    };
  let text: string;
  try {
    text = typeof input === "string" ? input : new TextDecoder("utf-8", { fatal: true }).decode(input);
  } catch {
    return { what: "the file is not UTF-8 text", next: "save it as UTF-8 in your editor" };
  }
  const control = /[^\P{Cc}\t\n\r\u0085]|[\ufffe\uffff]/u.exec(text);
  if (control !== null)
    return {
      what: "the file holds a character that is no text",
      found: `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")} at offset ${control.index}`,
      next: "remove it, or save the file as plain UTF-8 text in your editor",
    };
  if (text.replaceAll(/^\s*(#.*|---)?$/gm, "").trim() === "") return { what: "the file is empty", next: EXAMPLE };
  return text;
}
