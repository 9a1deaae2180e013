/** Compares two versions number by number; a leading `v` and everything from the first `-` or `+` on is left out. */
export function compareVersions(left: string, right: string): number {
  const numbers = (text: string): number[] => (text.replace(/^v|[-+].*$/g, "").split(".") as string[]).map(Number);
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True for `from <= version < below`; false for what is no version at all, and for a pre-release. */
export function inRange(version: string, range: { readonly from: string; readonly below: string }): boolean {
  if (!/^v?\d+\.\d+\.\d+(\+.*)?$/.test(version)) return false;
  return compareVersions(version, range.from) >= 0 && compareVersions(version, range.below) < 0;
}
