import type { MethodName, Params, Methods } from "../../../quobyte/contract/index.ts";
import type { z } from "zod";
import { found } from "./refusal.ts";
import type { AuditEvent, State, Tenant, Volume } from "./state.ts";

/** What a method works on. */
export interface World {
  readonly state: State;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Name of the user who calls. */
  readonly caller: string;
  readonly settings: WorldSettings;
}

export interface WorldSettings {
  /** Milliseconds that a scheduled erasure takes. */
  readonly erasure: number;
  /** Address that is said for NFS. */
  readonly nfsAddress: string;
  /** Bytes of the whole system. */
  readonly capacity: number;
}

/** Parameters as they are after the contract's check. */
export type Checked<M extends MethodName> = z.output<Methods[M]["params"]>;
export type Answer<M extends MethodName> = z.input<Methods[M]["result"]>;
export type Handler<M extends MethodName> = (world: World, params: Checked<M>) => Answer<M>;
export type Handlers<M extends MethodName> = { readonly [K in M]: Handler<K> };
export type { Params };

export const tenantOf = ({ state }: World, id: string): Tenant =>
  found(
    state.tenants.find(({ tenant_id }) => tenant_id === id),
    `tenant: ${id}`,
  );

export const volumeOf = ({ state }: World, uuid: string): Volume =>
  found(
    state.volumes.find((volume) => volume.uuid === uuid),
    `volume: ${uuid}`,
  );

/** The whole state is written at each change: the log does not grow for ever. */
const EVENTS_KEPT = 2000;

export function note(world: World, type: AuditEvent["subject_type"], id: string, action: string): void {
  const event = { timestamp_ms: world.now(), username: world.caller, subject_type: type, subject_id: id, action };
  world.state.audit = [...world.state.audit.slice(1 - EVENTS_KEPT), event];
}

/** Takes a volume away, with everything that stands on it. */
export function removeVolume(world: World, uuid: string): void {
  const { state } = world;
  state.volumes = state.volumes.filter((volume) => volume.uuid !== uuid);
  state.quotas = state.quotas.filter(({ consumer }) => consumer?.[0]?.identifier !== uuid);
  state.labels = state.labels.filter(({ entity_id }) => entity_id !== uuid);
  for (const tenant of state.tenants)
    tenant.volume_access = (tenant.volume_access ?? []).filter(({ volume_uuid }) => volume_uuid !== uuid);
}

/** Carries out the erasures whose time has come. @returns true where the state changed */
export function erase(world: World): boolean {
  const due = world.state.volumes.filter(({ erasedAt }) => erasedAt !== undefined && erasedAt <= world.now());
  for (const { uuid } of due) removeVolume(world, uuid);
  return due.length > 0;
}
