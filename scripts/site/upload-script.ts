/** What a provider needs to know to send files through an ingest door. */
export interface UploadDoor {
  readonly zone: string;
  readonly area: string;
  readonly provider: string;
  readonly expiresAt: string;
  readonly networks: readonly string[];
  /** Address below which objects are put, without a slash at the end. */
  readonly address: string;
  /** One signed query for each network: secrets. */
  readonly queries: readonly string[];
}

/** In single quotes of a shell; nothing that is put there holds one. */
function quoted(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text) || text.includes("'")) throw new Error("no text for a shell");
  return `'${text}'`;
}

/**
 * A script for any POSIX shell with curl. The address goes to curl over its standard input: a command line would show it to everybody on
 * the machine. An object that is there already is not overwritten.
 */
export function uploadScript(door: UploadDoor): string {
  const { zone, area, provider, expiresAt, networks, address, queries } = door;
  const secure = address.startsWith("https:");
  const transport = secure ? "--proto =https --tlsv1.2" : "--proto =http";
  return `#!/bin/sh
# Sends files of ${provider} to ${zone}, area ${area}. Opens until ${expiresAt}, from ${networks.join(", ")} alone.
# It can write and nothing else. Whoever has this file and sends from there sends in your name: keep it like a password.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 FILE..." >&2; exit 2; }
for file in "$@"; do
  name=\${file##*/}
  case $name in
    *[!A-Za-z0-9._-]* | '') echo "$file: its name may have letters, digits, dots, hyphens and underscores only" >&2; exit 2 ;;
  esac
  status=000
  for query in \\
${queries.map((query) => `    ${quoted(query)}`).join(" \\\n")}; do
    status=$(printf 'url = "%s/%s?%s"\\n' ${quoted(address)} "$name" "$query" |
      curl --config - ${transport} --silent --show-error --output /dev/null --write-out '%{http_code}' \\
        --header 'If-None-Match: *' --header 'Content-Type: application/octet-stream' --upload-file "$file") || exit 1
    [ "$status" = 401 ] || break
  done
  case $status in
    201) echo "$file: sent" ;;
    401) echo "$file: refused: the time is over, the door was shut, or this machine is in none of the networks" >&2; exit 1 ;;
    412) echo "$file: a file of this name was sent before; give it another name" >&2; exit 1 ;;
    413) echo "$file: too large for what the door still takes" >&2; exit 1 ;;
    *) echo "$file: the answer was $status" >&2; exit 1 ;;
  esac
done
`;
}
