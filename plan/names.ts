/**
 * Names by which the operator's and the tenant's half find each other. Both halves derive them from the same words, so that no
 * reference crosses between their states.
 */

/** Key of an area's or a bench's project and network: `heart`, `commons/heart-centre`. */
export const placeKey = (area: string, bench?: string): string => (bench === undefined ? area : `${area}/${bench}`);

/** `<zone>-<area>` or `<zone>-<area>-<partner>`: project and network of an area or a bench. */
export const placeName = (zone: string, place: string): string => `${zone}-${place.replaceAll("/", "-")}`;

/** The machine at which tunnels of an area's sites end. */
export const gatewayName = (zone: string, area: string): string => `${placeName(zone, area)}-gateway`;

/** That machine's leg outside, which the operator makes. */
export const uplinkName = (zone: string, area: string): string => `${placeName(zone, area)}-uplink`;

/** What stands for an area's network to its storage where a bench's name would stand. */
export const STORAGE = "storage";

/** The Keystone group of a partner. */
export const partnerGroupName = (zone: string, partner: string): string => `${zone}-${partner}`;

/** The user of a person who logs in without an identity provider. */
export const personUserName = (zone: string, person: string): string => `${zone}-${person}`;

/** The service user as which the zone's pipeline acts. */
export const pipelineUserName = (zone: string): string => `${zone}-pipeline`;

/**
 * Names of the machines of a group: the first carries the group's name, the others are numbered from 2. A group that grows from one
 * machine to two keeps its first: a new name would be a new machine with an empty disk.
 */
export const memberNames = (group: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? group : `${group}-${index + 1}`));

/** An entry of a record by a key that people choose: `constructor` is a key like any other, and absent unless it stands there. */
export const entryOf = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** Order of plain text, the same on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
