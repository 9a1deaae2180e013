// The processes that the host started: none of them outlives it, and it does not outlive the engine.
const children = new Set();

/** Remembers a child until it has ended. */
export function adopt(child) {
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

export function stopAll(signal) {
  for (const child of children) child.kill(signal);
}

/** The engine normally stops its plugins; one that was killed cannot, so the parent is watched as well. */
export function endWithParent(interval = 1000) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    stopAll("SIGTERM");
    process.exit(0);
  }, interval).unref();
}
