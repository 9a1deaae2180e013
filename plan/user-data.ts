/** Kinds of user data by their first line, as cloud-init tells them apart. */
const KINDS: readonly (readonly [start: RegExp, kind: string])[] = [
  [/^#cloud-config[ \t]*(?:\r?\n|$)/, "text/cloud-config"],
  [/^#cloud-boothook/, "text/cloud-boothook"],
  [/^#!/, "text/x-shellscript"],
];

/** The kind of a text of user data; undefined for one that could not be joined with ours. */
export const userDataKind = (text: string): string | undefined => KINDS.find(([start]) => start.test(text))?.[1];

/** A part of the message; coded, so that no text of the config can be mistaken for the boundary. */
const part = (boundary: string, kind: string, text: string): string =>
  [
    `--${boundary}`,
    `Content-Type: ${kind}; charset="utf-8"`,
    "MIME-Version: 1.0",
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from(text).toString("base64"),
    "",
  ].join("\n");

/**
 * Texts for cloud-init as parts of one message, in their order.
 * @throws Error for a kind of text that cloud-init could not join: a rule refuses it before
 */
export function joinUserData(boundary: string, texts: readonly string[]): string {
  const parts = texts.map((text) => {
    const kind = userDataKind(text);
    if (kind === undefined) throw new Error("this user data cannot be joined with ours");
    return part(boundary, kind, text);
  });
  return `Content-Type: multipart/mixed; boundary="${boundary}"\nMIME-Version: 1.0\n\n${parts.join("")}--${boundary}--\n`;
}
