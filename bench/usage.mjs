// Preloaded into a measured process: writes what it used to a file when it ends. Memory of a child cannot be read after its end.
import { writeFileSync } from "node:fs";

const file = process.env.TRESOR_BENCH_USAGE;
if (file)
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeFileSync(file, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMiB: maxRSS / 1024 }));
  });
