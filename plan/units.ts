/** A directory as systemd names its units: `/data/my-set` is `data-my\x2dset`. Source: systemd.unit(5), "String escaping". */
export const joinedDirectory = (directory: string): string =>
  directory
    .split("/")
    .filter((part) => part !== "")
    .map((part, index) =>
      [...part]
        .map((letter, at) =>
          /[A-Za-z0-9:_]/.test(letter) || (letter === "." && !(index === 0 && at === 0))
            ? letter
            : `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
        )
        .join(""),
    )
    .join("-");

/** A file that cloud-init writes. */
export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** The unit of systemd that starts another of the same name once a file is there, at each start of the machine. */
export const waitingPath = (
  name: string,
  starts: "mount" | "service",
  file: string,
  description: string,
): UnitFile => ({
  name: `${name}.path`,
  text: [
    "[Unit]\n",
    `Description=${description}\n`,
    "[Path]\n",
    `PathExists=${file}\n`,
    `Unit=${name}.${starts}\n`,
    "[Install]\n",
    "WantedBy=multi-user.target\n",
  ].join(""),
});

/** What of cloud-init writes units, makes the directory of the files that they wait for, and starts those that wait. */
export function unitLines(units: readonly UnitFile[], secrets: string): readonly string[] {
  const quoted = (text: string): string => JSON.stringify(text);
  return [
    "write_files:\n",
    ...units.map(
      ({ name, text }) =>
        `  - { path: ${quoted(`/etc/systemd/system/${name}`)}, permissions: "0644", content: ${quoted(text)} }\n`,
    ),
    "runcmd:\n",
    `  - ["install", "-d", "-m", "0700", ${quoted(secrets)}]\n`,
    `  - ["systemctl", "daemon-reload"]\n`,
    ...units
      .filter(({ name }) => name.endsWith(".path"))
      .map(({ name }) => `  - ${JSON.stringify(["systemctl", "enable", "--now", name])}\n`),
  ];
}
