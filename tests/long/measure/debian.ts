import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { command } from "../../../scripts/devcloud/python-packages.ts";

/** An OVMF image of a Debian release. */
interface DebianImage {
  readonly name: string;
  readonly suite: string;
  readonly package: string;
  readonly file: string;
}

/** Images that SEV-SNP guests start with; the AmdSev build, which measures kernels, is in Debian since forky. */
export const DEBIAN_IMAGES: readonly DebianImage[] = [
  { name: "bookworm-ovmf", suite: "bookworm", package: "ovmf", file: "usr/share/ovmf/OVMF.fd" },
  { name: "trixie-ovmf", suite: "trixie", package: "ovmf", file: "usr/share/ovmf/OVMF.fd" },
  { name: "forky-amdsev", suite: "forky", package: "ovmf-amdsev", file: "usr/share/ovmf/OVMF.amdsev.fd" },
];

const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "tresor", "ovmf");
const fileOf = ({ name }: DebianImage): string => path.join(cache, `${name}.fd`);

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** An image that was fetched before; undefined where it was not. */
export const cachedImage = async (image: DebianImage): Promise<Buffer | undefined> =>
  existsSync(fileOf(image)) ? readFile(fileOf(image)) : undefined;

/** The arguments by which apt keeps a release's lists apart from the machine's own. */
async function aptFor(suite: string, directory: string): Promise<readonly string[]> {
  const lists = path.join(directory, "lists");
  await mkdir(path.join(lists, "partial"), { recursive: true });
  await mkdir(path.join(directory, "cache", "archives", "partial"), { recursive: true });
  const [sources, status] = [path.join(directory, "sources.list"), path.join(directory, "status")];
  await writeFile(
    sources,
    `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian ${suite} main\n`,
  );
  await writeFile(status, "");
  const settings = {
    ...{
      "Dir::Etc::sourcelist": sources,
      "Dir::Etc::sourceparts": "-",
      "Dir::State": directory,
      "Dir::State::lists": lists,
    },
    ...{ "Dir::State::status": status, "Dir::Cache": path.join(directory, "cache"), "APT::Sandbox::User": "root" },
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

/** Fetches an image by apt, once; the machine's own packages and lists are not touched. */
export async function debianImage(image: DebianImage): Promise<Buffer> {
  const known = await cachedImage(image);
  if (known !== undefined) return known;
  const directory = await mkdtemp(path.join(tmpdir(), "tresor-ovmf-"));
  try {
    const options = await aptFor(image.suite, directory);
    await command("apt-get", [...options, "update"], `reading the packages of ${image.suite}`);
    const script = 'cd "$0" && apt-get "$@"';
    await command(
      "sh",
      ["-c", script, directory, ...options, "download", image.package],
      `downloading ${image.package}`,
    );
    const deb = (await readdir(directory)).find((name) => name.endsWith(".deb")) ?? "";
    await command("dpkg-deb", ["-x", path.join(directory, deb), path.join(directory, "x")], `unpacking ${deb}`);
    await mkdir(cache, { recursive: true });
    const half = `${fileOf(image)}.half`;
    await copyFile(path.join(directory, "x", image.file), half);
    await rename(half, fileOf(image));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return readFile(fileOf(image));
}
