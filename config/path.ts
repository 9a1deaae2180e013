/** A place in a config: keys of mappings and indices of lists. */
export type Path = readonly (string | number)[];

const isPlain = (key: string): boolean => /^[^\s.[\]"]+$/.test(key);

/**
 * `["areas", "heart", "flows", 2]` as `areas.heart.flows[2]`. A key that holds a dot, a bracket, a quote or a space is quoted as in
 * Pulumi's own paths: `granted.flavors["m1.small"]`.
 */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!isPlain(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** The inverse of {@link formatPath}; text that is no path comes back as one key. */
export function parsePath(text: string): Path {
  const steps: (string | number)[] = [];
  const step = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|(?:^|\.)([^\s.[\]"]+)/y;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (match === null) return [text];
    if (match[1] !== undefined) steps.push(Number(match[1]));
    else steps.push(match[2] === undefined ? (match[3] ?? "") : unquote(match[2]));
  }
  return steps;
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** The value at a path; undefined where there is none. Inherited properties are no values. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
