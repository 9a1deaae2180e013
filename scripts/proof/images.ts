import { exactlyOne, type Session } from "../../openstack/index.ts";
import type { Named } from "./world.ts";

/** The image that the platform offers to confidential zones. */
const SNP_IMAGE = "debian-13-snp";

/**
 * The platform's image of a name: the operator's own, since anybody may offer another of the same name.
 * @param session who looks; a member sees what was granted to the project
 * @throws UserError where there is none, or more than one
 */
export async function platformImage(session: Session, operator: Session, name = SNP_IMAGE): Promise<Named> {
  const { projectId = "" } = await operator.token();
  const query = { name, owner: projectId };
  const images = await session.paginate<Named & { readonly owner: string }>("image", "/images", "images", { query });
  return exactlyOne("image", name, images, { projectId });
}
