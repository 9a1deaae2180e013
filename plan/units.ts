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
