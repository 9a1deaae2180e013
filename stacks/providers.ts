import * as openstack from "@pulumi/openstack";
import type { PluginScope } from "../components/base.ts";

/** Release of the OpenStack plugin that runs; the SDK's own version is older (see docs/decisions/engine-from-modules.md). */
const OPENSTACK_PLUGIN_VERSION = "5.5.3";

/** An explicit provider for one `clouds.yaml` entry: credentials stay in that file, outside inputs and state. */
export function scopeOf(cloud: string): PluginScope {
  const provider = new openstack.Provider(cloud, { cloud, maxRetries: 3 }, { version: OPENSTACK_PLUGIN_VERSION });
  return { provider, cloud };
}
