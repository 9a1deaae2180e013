import { readDocument } from "../config/read-document.ts";
import { policySchema, type AttestationPolicy } from "./policy.ts";

/**
 * Reads a policy from its text, YAML or JSON.
 * @param file its name, for problems
 * @throws UserError with all problems, each at its line
 */
export const parsePolicy = (text: string, file: string): AttestationPolicy =>
  readDocument(text, file, "policy", policySchema).value;
