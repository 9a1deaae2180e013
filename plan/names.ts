/**
 * Names by which the operator's and the tenant's half find each other. Both halves derive them from the same words, so that no
 * reference crosses between their states.
 */

/** Key of an area's or a bench's project and network: `heart`, `commons/heart-centre`. */
export const placeKey = (area: string, bench?: string): string => (bench === undefined ? area : `${area}/${bench}`);

/** `<zone>-<area>` or `<zone>-<area>-<partner>`: project and network of an area or a bench. */
export const placeName = (zone: string, place: string): string => `${zone}-${place.replaceAll("/", "-")}`;

/** The Keystone group of a partner. */
export const partnerGroupName = (zone: string, partner: string): string => `${zone}-${partner}`;

/** The service user as which the zone's pipeline acts. */
export const pipelineUserName = (zone: string): string => `${zone}-pipeline`;

/** Ordinal names of a group of machines: one machine carries the group's name alone. */
export const memberNames = (group: string, count: number): readonly string[] =>
  count === 1 ? [group] : Array.from({ length: count }, (_, index) => `${group}-${index + 1}`);
