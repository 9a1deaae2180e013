// Imports the verifier and verifies one genuine report many times, and prints what each took.
import type { AttestationPolicy } from "../attestation/index.ts";

const count = Number(process.argv[2] ?? "1");
const start = performance.now();
const { verifyReport } = await import("../attestation/index.ts");
const importMs = performance.now() - start;

const { GENUINE, papers, strict, vector } = await import("../tests/unit/attestation/vectors.ts");
const { Papers } = await import("../attestation/index.ts");
const report = vector(GENUINE.milan.report);
const policy: AttestationPolicy = strict(report);
const evidence = { report, papers: Papers.read(papers(...GENUINE.milan.papers)) };
const at = new Date(GENUINE.milan.at);

/** CPU milliseconds of this thread since its start. */
const used = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const each: number[] = [];
const before = used();
for (let index = 0; index < count; index++) {
  const begin = performance.now();
  if (!verifyReport(evidence, policy, { at }).holds) throw new Error("the genuine report is refused");
  each.push(performance.now() - begin);
}
const verifyCpuMs = (used() - before) / count;
const verifyMs = each.toSorted((a, b) => a - b)[Math.floor(count / 2)];
process.stdout.write(JSON.stringify({ importMs, verifyMs, verifyCpuMs }));
