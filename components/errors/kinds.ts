/** What a sentence about a resource of the OpenStack plugin must know of its kind. */
export interface PlainKind {
  /** As people call it, with an article. */
  readonly noun: string;
  readonly service: string;
  /** How the plugin makes it. A PUT may be made again; a POST may have made the object although its answer was lost. */
  readonly made: "POST" | "PUT";
  /** Next step where an object of that name, or that very entry, is there already. */
  readonly taken: string;
  /** Next step where something still uses it. */
  readonly busy: string;
  /** Next step where a quota is used up. */
  readonly quota?: string;
}

const LEFT = "if it is left of an interrupted run,";
const AGAIN = "then run `pulumi up` again";
const adopt = (where: string, remove: string): string =>
  `take it over by \`adopt: <its id>\` at ${where}, or, ${LEFT} remove it (\`${remove}\`), ${AGAIN}`;
const entry = (command: string): string => `${LEFT} or was made by hand, remove it (\`${command}\`), ${AGAIN}`;

/** Resources of the OpenStack plugin in the operator's half, by the plugin's token; all else there is of the `tresor` provider. */
export const PLAIN_KINDS: Readonly<Record<string, PlainKind>> = {
  "openstack:identity/project:Project": {
    noun: "the domain or project",
    service: "Keystone",
    made: "POST",
    taken: adopt(
      "the tenant, the area or the bench in the tenant's config",
      "openstack project delete <its id>`; a domain after `openstack domain set --disable <its id>`: `openstack domain delete <its id>",
    ),
    busy: "remove what is still in it, then repeat",
  },
  "openstack:identity/user:User": {
    noun: "the user",
    service: "Keystone",
    made: "POST",
    taken: `${LEFT} remove it (\`openstack user delete <its id>\`), ${AGAIN}: its password is in no state`,
    busy: "see the service's words",
  },
  "openstack:identity/roleAssignment:RoleAssignment": {
    noun: "the role",
    service: "Keystone",
    made: "PUT",
    taken: "run `pulumi up` again",
    busy: "see the service's words",
  },
  "openstack:compute/flavor:Flavor": {
    noun: "the flavor",
    service: "Nova",
    made: "POST",
    taken: adopt("the flavor in the platform's config", "openstack flavor delete <its id>"),
    busy: "remove the machines that use it first",
  },
  "openstack:compute/flavorAccess:FlavorAccess": {
    noun: "the access to a flavor",
    service: "Nova",
    made: "POST",
    taken: entry("openstack flavor unset --project <project id> <flavor id>"),
    busy: "see the service's words",
  },
  "openstack:blockstorage/volumeTypeV3:VolumeTypeV3": {
    noun: "the volume type",
    service: "Cinder",
    made: "POST",
    taken: adopt("the volume type in the platform's config", "openstack volume type delete <its id>"),
    busy: "remove the volumes that are of it first, or make them another type",
  },
  "openstack:blockstorage/volumeTypeAccessV3:VolumeTypeAccessV3": {
    noun: "the access to a volume type",
    service: "Cinder",
    made: "POST",
    taken: entry("openstack volume type unset --project <project id> <volume type id>"),
    busy: "see the service's words",
  },
  "openstack:images/image:Image": {
    noun: "the image",
    service: "Glance",
    made: "POST",
    taken: adopt("the image in the platform's config", "openstack image delete <its id>"),
    busy: "remove the machines and volumes that are made from it first",
    quota:
      "remove images of the operator's project that are not needed, or raise its limit of Glance (`openstack limit`)",
  },
  "openstack:images/imageAccess:ImageAccess": {
    noun: "the membership of a project in an image",
    service: "Glance",
    made: "POST",
    taken: entry("openstack image remove project <image id> <project id>"),
    busy: "see the service's words",
  },
  "openstack:networking/router:Router": {
    noun: "the router",
    service: "Neutron",
    made: "POST",
    taken: adopt("the area's router in the tenant's config", "openstack router delete <its id>"),
    busy: "remove what is still attached to it first: the zone goes before its tenant",
    quota:
      "remove the router that was made in the project by hand: its quota of Neutron holds exactly the routers of the tenant's config",
  },
  "openstack:networking/rbacPolicyV2:RbacPolicyV2": {
    noun: "the right of a project to use a network",
    service: "Neutron",
    made: "POST",
    taken: entry("openstack network rbac delete <its id>"),
    busy: "remove the ports of the area's project on that network first: the zone goes before its tenant",
    quota: "raise the operator's own quota of RBAC policies (`openstack quota set --rbac-policies`)",
  },
  "openstack:networking/port:Port": {
    noun: "the outside leg of a gateway",
    service: "Neutron",
    made: "POST",
    taken: `name an address that nobody has in the tenant's config, or, ${LEFT} remove the port (\`openstack port delete <its id>\`), ${AGAIN}`,
    busy: "remove the machine that is plugged into it first: the zone goes before its tenant",
    quota: "raise ports in the area's quota: the leg of its gateway counts there",
  },
  "openstack:networking/routerRoute:RouterRoute": {
    noun: "the route of a router",
    service: "Neutron",
    // One entry of a list that is changed as a whole: the plugin reads it, and writes it again.
    made: "PUT",
    taken: entry("openstack router remove route --route destination=<network>,gateway=<next hop> <router id>"),
    busy: "see the service's words",
  },
  "openstack:networking/network:Network": {
    noun: "the network",
    service: "Neutron",
    made: "POST",
    taken: `${LEFT} or was made by hand, remove the network that holds the VLAN (\`openstack network list --provider-segment <VLAN>\`, \`openstack network delete <its id>\`), ${AGAIN}`,
    busy: "remove the ports that are still on it first: the zone goes before its tenant",
    quota:
      "remove what was made in the project by hand: its quota of Neutron holds exactly the networks of the tenant's config, and the operator alone raises it",
  },
};

/** For a type that is not listed. */
export const UNKNOWN_KIND: PlainKind = {
  noun: "the resource",
  service: "the service",
  made: "POST",
  taken: `${LEFT} remove it, ${AGAIN}`,
  busy: "remove what uses it first",
};
