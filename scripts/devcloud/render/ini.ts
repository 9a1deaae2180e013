/** Sections of an INI file in the order in which they are written; `undefined` leaves an option out. */
export type Ini = Readonly<Record<string, Readonly<Record<string, string | number | boolean | undefined>>>>;

/** Text of an oslo.config or MariaDB file. */
export function renderIni(sections: Ini): string {
  const blocks = Object.entries(sections).map(([name, options]) =>
    [
      `[${name}]`,
      ...Object.entries(options)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key} = ${value}`),
    ].join("\n"),
  );
  return `${blocks.join("\n\n")}\n`;
}
