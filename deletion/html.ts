import { fingerprintOf } from "./signature.ts";
import type { Receipt } from "./receipt.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const row = (cells: readonly string[], tag = "td"): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? "<p>None.</p>"
    : `<table><thead>${row(head, "th")}</thead><tbody>\n${rows.map((cells) => row(cells)).join("\n")}\n</tbody></table>`;
const listOf = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${escaped(item)}</li>`).join("\n")}\n</ul>`;

const STYLE = `body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem;font-size:13px}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #ccc;padding:.25rem .5rem;overflow-wrap:anywhere}
.verdict{font-size:1.2rem;padding:.75rem 1rem;border-left:6px solid}
.nothing{border-color:#1a7f37;background:#eaf6ec}.left{border-color:#b42318;background:#fdeceb}
code{font-size:12px;overflow-wrap:anywhere}@media print{body{max-width:none;margin:0}tr{break-inside:avoid}}`;

const STATES = { listed: "", notOffered: "not offered by this cloud", unseen: "refused" } as const;

function verdict({ nothingLeft, left }: Receipt): string {
  return nothingLeft
    ? `<p class="verdict nothing">Nothing is left, as far as every list of every service tells.</p>`
    : `<p class="verdict left">Left: ${left.length}. They are named below with what takes them away.</p>`;
}

/**
 * The receipt for people: one file, no script, nothing fetched. The signature is over the JSON, not over this page.
 * @param sha256 of the JSON's bytes, in hex
 */
export function receiptHtml(receipt: Receipt, sha256: string): string {
  const { zone, runs, objects, lists, left, attested, methods, limits, signer } = receipt;
  const parts = [
    `<h1>Deletion receipt: zone ${escaped(zone.name)}</h1>`,
    `<p>Domain <code>${escaped(zone.domainId)}</code>, ${escaped(receipt.from)} to ${escaped(receipt.until)}.</p>`,
    verdict(receipt),
    "<h2>What is left</h2>",
    tableOf(
      ["kind", "name", "id", "project", "why", "next"],
      left.map((one) => [one.kind, one.name ?? "", one.id ?? "", one.project ?? "", one.why, one.next]),
    ),
    `<h2>What was deleted (${objects.length})</h2>`,
    tableOf(
      ["kind", "name", "id", "project", "GiB", "method", "gone at"],
      objects.map((one) => [
        ...[one.kind, one.name, one.id, one.project],
        ...[one.sizeGiB === undefined ? "" : String(one.sizeGiB), one.method, one.at],
      ]),
    ),
    "<h2>What the methods mean</h2>",
    listOf(Object.entries(methods).map(([method, words]) => `${method}: ${words}`)),
    "<h2>What no API can show</h2>",
    listOf(limits),
    "<h2>What was listed</h2>",
    tableOf(
      ["kind", "by", "seen before", "seen last", "", "at"],
      lists.map((one) => [one.kind, one.by, String(one.before), String(one.after), STATES[one.state], one.at]),
    ),
    "<h2>Who did it</h2>",
    tableOf(
      ["at", "half", "user", "id", "scope", "Tresor"],
      runs.map(({ at, half, by, version }) => [at, half, by.user, by.userId, by.scope, version]),
    ),
    "<h2>What persons say</h2>",
    tableOf(
      ["what", "by", "at"],
      attested.map(({ by, at }) => ["Barbican's deleted rows were purged", by, at]),
    ),
    "<h2>How to verify it</h2>",
    `<p>Signed are the bytes of the JSON beside this page: SHA-256 <code>${escaped(sha256)}</code>, Ed25519, public key <code>${escaped(signer.publicKey)}</code>, fingerprint <code>${escaped(fingerprintOf(signer.publicKey))}</code>.</p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Deletion receipt: ${escaped(zone.name)}</title><style>${STYLE}</style></head><body>
${parts.join("\n")}
</body></html>
`;
}
