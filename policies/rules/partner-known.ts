import { areaBenches, areaPartners, type ZoneConfig } from "../../config/zone.ts";
import { nearest } from "../../config/suggest.ts";
import { parseFlowEnd } from "../../plan/ends.ts";
import { studyKeysOf } from "../../plan/study-keys.ts";
import type { ZoneRule } from "../rule.ts";
import { areasOf, datasetsOf, flowsAt, own, oneOf, pathTo } from "../walk.ts";

/** Every place of a zone's config that names a partner. */
export function partnerReferences(config: ZoneConfig): readonly { readonly partner: string; readonly path: string }[] {
  const inAreas = areasOf(config).flatMap(({ area, path }) => [
    ...Object.keys(areaPartners(area)).map((partner) => ({
      partner,
      path: area.kind === "exclusive" ? pathTo(path, "partner") : pathTo(path, "partners", partner),
    })),
    ...(area.benches === undefined ? [] : areaBenches(area)).map((partner, index) => ({
      partner,
      path: pathTo(path, "benches", index),
    })),
  ]);
  const inFlows = flowsAt(config).flatMap(({ flow, path }) => {
    const from = parseFlowEnd(flow.from);
    return from?.kind === "bench" ? [{ partner: from.partner, path: pathTo(path, "from") }] : [];
  });
  const inDatasets = datasetsOf(config).flatMap(({ dataset, path }) => [
    { partner: dataset.owner, path: pathTo(path, "owner") },
    ...Object.keys(dataset.access).map((partner) => ({ partner, path: pathTo(path, "access", partner) })),
  ]);
  const inKeys = areasOf(config).flatMap(({ area, path }) =>
    studyKeysOf(area).map(([key, { owner }]) => ({ partner: owner, path: pathTo(path, "studyKeys", key, "owner") })),
  );
  const inPersons = Object.entries(config.permit.persons ?? {}).map(([key, { partner }]) => ({
    partner,
    path: pathTo("permit", "persons", key, "partner"),
  }));
  return [...inAreas, ...inFlows, ...inDatasets, ...inKeys, ...inPersons];
}

export const partnerKnown: ZoneRule = {
  id: "partner-known",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-11", "DIGIMED-12"],
  why: "a right can only be given to an organisation that the zone knows",
  check({ config }) {
    const known = Object.keys(config.partners);
    const inPermit = config.permit.partners.map((partner, index) => ({
      partner,
      path: pathTo("permit", "partners", index),
    }));
    return [...inPermit, ...partnerReferences(config)]
      .filter(({ partner }) => own(config.partners, partner) === undefined)
      .map(({ partner, path }) => {
        const meant = nearest(partner, known);
        return {
          path,
          what: "this partner is not in zone.partners",
          found: partner,
          allowed: oneOf(known),
          next: meant === undefined ? `add ${partner} to zone.partners with its title` : `did you mean ${meant}?`,
        };
      });
  },
};
