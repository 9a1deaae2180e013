import type { SYSTEM_METHODS } from "../../../../quobyte/contract/system.ts";
import { found, garbage } from "../refusal.ts";
import type { Handlers, World } from "../world.ts";
import { volumeOf } from "../world.ts";
import { told } from "./access-keys.ts";

/** Copies of everything that the system keeps. */
const REPLICAS = 3;

const used = ({ state }: World): number => REPLICAS * state.volumes.reduce((sum, volume) => sum + volume.used, 0);

export const SYSTEM: Handlers<keyof typeof SYSTEM_METHODS> = {
  getInformation: () => ({}),
  getSystemStatistics: (world) => ({
    total_physical_capacity: world.settings.capacity,
    total_physical_usage: used(world),
  }),
  getConfiguration({ state }, { configuration_type: type, configuration_name: name }) {
    if (type !== undefined && type !== "TENANT_DOMAIN" && type !== "USER")
      throw garbage(`The simulator has no ${type}`);
    const tenants = state.tenants
      .filter(({ tenant_id, name: own }) => name === undefined || name === own || name === tenant_id)
      // OpenStack's driver takes all three fields of an access for given.
      .map((tenant) => ({ volume_access: [], ...tenant }));
    const users = state.users.filter(({ id }) => name === undefined || name === id).map(told);
    return {
      ...(type !== "USER" && { tenant_configuration: tenants }),
      ...(type !== "TENANT_DOMAIN" && { user_configuration: users }),
    };
  },
  getEffectiveVolumeConfiguration(world, { volume_uuid: uuid, configuration_name: name }) {
    if (uuid !== undefined) volumeOf(world, uuid);
    else if (name === undefined) throw garbage("Neither a volume nor a configuration is named");
    return { configuration: { volume_metadata_configuration: { replication_factor: REPLICAS } } };
  },
  getAuditLog({ state }, params) {
    const { only_subject_type: type, only_subject_id: id, only_username: name, start_at_key: start } = params;
    const { logs_limit: limit = 0, oldest_log_first: oldest = false } = params;
    if (start !== undefined) throw garbage("The simulator tells its log from its end only");
    const events = state.audit.filter(
      (event) =>
        (type === undefined || event.subject_type === type) &&
        (id === undefined || event.subject_id === id) &&
        (name === undefined || event.username === name),
    );
    const ordered = oldest ? events : events.toReversed();
    return { audit_event: limit > 0 ? ordered.slice(0, limit) : ordered };
  },
  whoAmI({ state, caller }) {
    const user = found(
      state.users.find(({ id }) => id === caller),
      `user: ${caller}`,
    );
    return {
      user_id: user.id,
      user_name: user.id,
      primary_group: user.primary_group,
      group: user.group ?? [],
      management_role: user.role?.[0],
      member_of_tenant: user.member_of_tenant_id ?? [],
      admin_of_tenant: user.admin_of_tenant_id ?? [],
    };
  },
};
