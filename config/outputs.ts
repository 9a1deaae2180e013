/** Kinds of results that may leave a zone, from the least telling. */
export const OUTPUTS = ["aggregates", "figures", "models", "code", "text", "synthetic-data", "records"] as const;
