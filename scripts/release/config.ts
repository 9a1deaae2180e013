import path from "node:path";
import * as z from "zod";
import { DATASET, loosened, type Terms } from "../../attestation/release/index.ts";
import { parsePolicy } from "../../attestation/policy-file.ts";
import { UserError } from "../../config/problem.ts";
import { readDocument } from "../../config/read-document.ts";
import { readText } from "../site/files.ts";

const schema = z.strictObject({
  format: z.literal(1).describe("Version of this format."),
  cloud: z.string().min(1).optional().describe("Entry of clouds.yaml by which keys are read. Default: OS_CLOUD."),
  certificates: z
    .array(z.string().min(1))
    .min(1, { error: "allowed: at least one file or directory" })
    .describe("Certificates and revocation lists: files, directories or stores, relative to this file."),
  datasets: z
    .record(
      z.string().regex(DATASET, { error: "allowed: lower-case letters, digits and . _ / -" }),
      z.strictObject({
        secret: z
          .string()
          .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { error: "allowed: the id of a secret in Barbican" })
          .describe("Id of the study key in Barbican."),
        policy: z.string().min(1).describe("File of the attestation policy, relative to this file."),
      }),
    )
    .refine((value) => Object.keys(value).length > 0, { error: "allowed: at least one data set" })
    .describe("Data sets by the name that guests ask with."),
});

/** What a service of key release is run with. */
export interface ReleaseConfig {
  readonly cloud: string | undefined;
  /** Absolute paths. */
  readonly certificates: readonly string[];
  readonly datasets: ReadonlyMap<string, Terms>;
}

/** The config's text. @throws UserError with all problems, each at its line */
export const parseReleaseConfig = (text: string, file: string): z.infer<typeof schema> =>
  readDocument(text, file, "release", schema).value;

/** Reads a config with the policies that it names. @throws UserError, also for a policy that leaves open what no release may */
export async function readReleaseConfig(file: string): Promise<ReleaseConfig> {
  const { cloud, certificates, datasets } = parseReleaseConfig(await readText(file), file);
  const at = (name: string): string => path.resolve(path.dirname(file), name);
  const read = await Promise.all(
    Object.entries(datasets).map(async ([name, { secret, policy: place }]) => {
      const policy = parsePolicy(await readText(at(place)), place);
      return { name, terms: { secret, policy }, problems: loosened(policy, place) };
    }),
  );
  const problems = read.flatMap((one) => one.problems);
  if (problems.length > 0) throw new UserError(problems);
  return { cloud, certificates: certificates.map(at), datasets: new Map(read.map(({ name, terms }) => [name, terms])) };
}
