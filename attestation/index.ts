export { NONCE_BYTES, reportDataFor, type Circumstances } from "./appraise.ts";
export { CHECKS, CHECK_NAMES, type Check, type CheckName } from "./check.ts";
export { Papers, type Evidence } from "./evidence.ts";
export { GENERATIONS, type Generation } from "./generation.ts";
export type { AttestationPolicy } from "./policy.ts";
export { REPORT_BYTES, readReport, type Report } from "./report.ts";
export { AmdRoots, type TrustRoots } from "./roots.ts";
export { verifyReport, type Verdict } from "./verify.ts";
