import { z } from "zod";
import { OWN_KEY } from "../metadata-mark.ts";

const TEXT = "must have at most 255 characters";

/** Inputs of volumes and shares alike. @param kind as a message names it */
export const storedInputs = (kind: "volume" | "share") => ({
  name: z.string(`must be the name of the ${kind}`).min(1, `must be the name of the ${kind}`).max(255, TEXT),
  description: z.string().max(255, TEXT).default(""),
  size: z.int("must be a whole number of GiB").min(1, "must be at least 1 GiB"),
  metadata: z
    .record(z.string(), z.string("must be a text"))
    .default({})
    .refine((all) => !(OWN_KEY in all), `must not hold ${OWN_KEY}`),
});
