import { orAbsent } from "../../../quobyte/client.ts";
import { OWN_KEY, type Metadata } from "../../metadata-mark.ts";
import { ownId } from "../../own.ts";
import type { ClusterCall } from "../../resource.ts";

/** Labels of a volume by name, our mark among them. */
export async function labelsOf({ cluster }: ClusterCall, volumeId: string): Promise<Metadata> {
  const params = { filter_entity_type: "VOLUME" as const, filter_entity_id: volumeId };
  const answer = await orAbsent(cluster.call("getLabels", params, `read the labels of volume ${volumeId}`));
  const own = (answer?.label ?? []).filter((label) => label.entity_id === volumeId);
  return Object.fromEntries(own.map(({ name = "", value = "" }) => [name, value]));
}

/** Labels as they go with the making of a volume: by its mark an interrupted run knows it again. */
export const marked = ({ urn }: ClusterCall, labels: Metadata): { readonly name: string; readonly value: string }[] =>
  Object.entries({ ...labels, [OWN_KEY]: ownId(urn) }).map(([name, value]) => ({ name, value }));

/** Brings the labels of a volume to what is wanted; a mark stays. */
export async function setLabels(call: ClusterCall, volumeId: string, wanted: Metadata): Promise<void> {
  const live = await labelsOf(call, volumeId);
  const label = (name: string, value: string) => ({
    namespace: "SYSTEM" as const,
    entity_type: "VOLUME" as const,
    entity_id: volumeId,
    name,
    value,
  });
  const changed = Object.entries(wanted).filter(([name, value]) => live[name] !== value);
  const gone = Object.keys(live).filter((name) => name !== OWN_KEY && !Object.hasOwn(wanted, name));
  const what = `change the labels of volume ${volumeId}`;
  if (gone.length > 0)
    await call.cluster.call("deleteLabels", { label: gone.map((name) => label(name, live[name] ?? "")) }, what);
  if (changed.length > 0)
    await call.cluster.call("setLabels", { label: changed.map(([name, value]) => label(name, value)) }, what);
}
