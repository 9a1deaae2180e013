import { createHash } from "node:crypto";

/**
 * Id of the tenant in which a project's volumes without Manila lie. Beside the tenant of its shares, which has the project's own id, so
 * that neither uses up the other's limits; of the same form, and always the same for one project.
 */
export const directTenantId = (projectId: string): string =>
  createHash("sha256").update(`tresor quobyte volumes ${projectId}`).digest("hex").slice(0, 32);

/** Every tenant that a project of a zone may have in a cluster. */
export const tenantIdsOf = (projectId: string): readonly string[] => [projectId, directTenantId(projectId)];
