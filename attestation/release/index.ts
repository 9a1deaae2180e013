export {
  DATASET,
  NONCE_BYTES as RELEASE_NONCE_BYTES,
  boundNonce,
  makeGuestKey,
  releaseReportData,
  type GuestKey,
} from "./binding.ts";
export { decide, loosened, policyFingerprint, type Decision, type Failed, type Granted, type Terms } from "./decide.ts";
export { Nonces, type NonceBounds } from "./nonces.ts";
export {
  recordedFailures,
  releaseEntry,
  releaseEntrySchema,
  verifyReleases,
  type ReleaseEntry,
  type ReleaseFacts,
} from "./record.ts";
export { MOST_BODY, askBody, claimBody, fingerprint, readAsk, readClaim, type Ask, type Claim } from "./request.ts";
