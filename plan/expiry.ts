import type { ZoneConfig } from "../config/index.ts";
import { ingestsOf } from "./doors.ts";
import { endOf, personsOf } from "./persons.ts";
import { studyKeysOf } from "./study-keys.ts";

/** Something of a zone that ends on a day. */
export interface Expiry {
  /** What ends, as a sentence's subject: `person ada of heart-centre`. */
  readonly what: string;
  /** Last day, YYYY-MM-DD. */
  readonly until: string;
  /** Config path. */
  readonly because: string;
}

/** How long before its end something is worth a word. */
export const SOON_DAYS = 30;

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

/** Days from one day to another; negative where it is over. */
export const daysBetween = (from: string, to: string): number => day(to) - day(from);

const byDay = (a: Expiry, b: Expiry): number =>
  a.until < b.until ? -1 : a.until > b.until ? 1 : a.because < b.because ? -1 : 1;

const doorExpiry = (what: string, until: string | undefined, place: string): readonly Expiry[] =>
  until === undefined ? [] : [{ what, until: until.slice(0, 10), because: `zone.areas.${place}.until` }];

/** Everything of a zone that ends on a day of its own or with the permit, the next first. */
export function expiriesOf(config: ZoneConfig): readonly Expiry[] {
  const { permit, lowered } = config;
  const persons = personsOf(config).map(([key, { partner, until }]): Expiry => ({
    what: `person ${key} of ${partner}`,
    until: endOf(config, until),
    because: until === undefined ? `zone.permit.persons.${key}` : `zone.permit.persons.${key}.until`,
  }));
  const placed = [
    ...Object.entries(config.areas).flatMap(([area, { flows }]) =>
      flows.map((flow, index) => [flow, `zone.areas.${area}.flows[${index}]`] as const),
    ),
    ...config.flows.map((flow, index) => [flow, `zone.flows[${index}]`] as const),
  ];
  // A flow without a day of its own ends with the permit, which is told already.
  const flows = placed.flatMap(([{ from, to, until }, because]): readonly Expiry[] =>
    until === undefined ? [] : [{ what: `flow ${from} -> ${to}`, until, because: `${because}.until` }],
  );
  // As with flows: what has no day of its own ends with the permit.
  const doors = Object.entries(config.areas).flatMap(([area, { doors: of }]) => [
    ...ingestsOf(of).flatMap(([provider, { until }]) =>
      doorExpiry(`ingest of ${provider} into ${area}`, until, `${area}.doors.ingest.${provider}`),
    ),
    ...doorExpiry(`results of ${area}`, of?.results?.until, `${area}.doors.results`),
  ]);
  const keys = Object.entries(config.areas).flatMap(([area, of]) =>
    studyKeysOf(of).map(([key, { until, closes }]): Expiry => ({
      what: `study key ${key} of ${area}`,
      until: (closes ?? until).slice(0, 10),
      because: `zone.areas.${area}.studyKeys.${key}.${closes === undefined ? "until" : "closes"}`,
    })),
  );
  return [
    { what: `permit ${permit.id}`, until: permit.expires, because: "zone.permit.expires" },
    ...persons,
    ...flows,
    ...doors,
    ...keys,
    ...(lowered === undefined
      ? []
      : [{ what: `preset below ${lowered.from}`, until: lowered.until, because: "zone.lowered.until" }]),
  ].toSorted(byDay);
}

/** What ended already or ends within {@link SOON_DAYS}. */
export const expiringSoon = (expiries: readonly Expiry[], today: string): readonly Expiry[] =>
  expiries.filter(({ until }) => daysBetween(today, until) <= SOON_DAYS);
