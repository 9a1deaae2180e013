import { endpointOf } from "../../openstack/token.ts";
import type { Site } from "./provider-site.ts";

/** An image of a few bytes that everybody sees: the one-machine cloud's hypervisors boot nothing. */
export async function tinyImage(
  s: Site,
  name = "image",
  properties: Readonly<Record<string, string>> = {},
): Promise<{ readonly id: string; readonly name: string }> {
  const { body } = await s.operator.request<{ id: string; name: string }>("image", "POST", "/images", {
    body: {
      ...{ name: `${s.prefix}-${name}`, container_format: "bare", disk_format: "raw", visibility: "public" },
      ...properties,
    },
  });
  s.later(async () => void (await s.operator.request("image", "DELETE", `/images/${body.id}`, { expect: [404] })));
  const token = await s.operator.token();
  const base = endpointOf(token, ["image"], "public", undefined) ?? "";
  const answer = await fetch(`${base.replace(/\/v2\/?$/, "")}/v2/images/${body.id}/file`, {
    method: "PUT",
    headers: { "x-auth-token": token.value, "content-type": "application/octet-stream" },
    body: "a guest that nobody boots",
  });
  if (answer.status !== 204) throw new Error(`Glance answered ${answer.status} to the bytes of ${body.name}`);
  return body;
}
