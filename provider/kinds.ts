import type { Kind } from "./resource.ts";
import { projectDefaultVolumeType } from "./resources/blockstorage/project-default-volume-type.ts";
import { volume } from "./resources/blockstorage/volume.ts";
import { volumeTypeEncryption } from "./resources/blockstorage/volume-type-encryption.ts";
import { volumeQuota } from "./resources/blockstorage/volume-quota.ts";
import { computeQuota } from "./resources/compute/compute-quota.ts";
import { hostAggregate } from "./resources/compute/host-aggregate.ts";
import { machine } from "./resources/compute/machine.ts";
import { serverGroup } from "./resources/compute/server-group.ts";
import { volumeAttachment } from "./resources/compute/volume-attachment.ts";
import { applicationCredential } from "./resources/identity/application-credential.ts";
import { domainAccess } from "./resources/identity/domain-access.ts";
import { federationProtocol } from "./resources/identity/federation-protocol.ts";
import { group } from "./resources/identity/group.ts";
import { groupMembers } from "./resources/identity/group-members.ts";
import { identityProvider } from "./resources/identity/identity-provider.ts";
import { mapping } from "./resources/identity/mapping.ts";
import { person } from "./resources/identity/person.ts";
import { projectAccess } from "./resources/identity/project-access.ts";
import { serviceUser } from "./resources/identity/service-user.ts";
import { keyQuota } from "./resources/keys/key-quota.ts";
import { secretAcl } from "./resources/keys/secret-acl.ts";
import { studyKey } from "./resources/keys/study-key.ts";
import { addressGroup } from "./resources/network/address-group.ts";
import { networkQuota } from "./resources/network/network-quota.ts";
import { defaultSecurityGroup } from "./resources/network/default-security-group.ts";
import { networkReach } from "./resources/network/network-reach.ts";
import { port } from "./resources/network/port.ts";
import { portGroups } from "./resources/network/port-groups.ts";
import { routerInterface } from "./resources/network/router-interface.ts";
import { ruleSet } from "./resources/network/rule-set.ts";
import { securityGroup } from "./resources/network/security-group.ts";
import { sharedNetworkAccess } from "./resources/network/shared-network-access.ts";
import { subnet } from "./resources/network/subnet.ts";
import { container } from "./resources/objectstorage/container.ts";
import { ingestKey } from "./resources/objectstorage/ingest-key.ts";
import { exportPath } from "./resources/share/export-path.ts";
import { resourceLock } from "./resources/share/resource-lock.ts";
import { accessKey } from "./resources/quobyte/access-key.ts";
import { certificateSubject } from "./resources/quobyte/certificate-subject.ts";
import { volumeExport } from "./resources/quobyte/export.ts";
import { policyRule } from "./resources/quobyte/policy-rule.ts";
import { quota as quobyteQuota } from "./resources/quobyte/quota.ts";
import { tenant as quobyteTenant } from "./resources/quobyte/tenant.ts";
import { volume as quobyteVolume } from "./resources/quobyte/volume.ts";
import { shareAccessSet } from "./resources/share/share-access-set.ts";
import { shareQuota } from "./resources/share/share-quota.ts";
import { share } from "./resources/share/share.ts";
import { shareTypeAccess } from "./resources/share/share-type-access.ts";
import { shareType } from "./resources/share/share-type.ts";
import { pkiPolicy } from "./resources/pki/policy.ts";
import { pkiRole } from "./resources/pki/role.ts";
import { vpnConnection } from "./resources/vpn/connection.ts";
import { endpointGroup } from "./resources/vpn/endpoint-group.ts";
import { ikePolicy, ipsecPolicy } from "./resources/vpn/policies.ts";
import { vpnService } from "./resources/vpn/service.ts";

const all: readonly Kind[] = [
  subnet,
  networkReach,
  addressGroup,
  securityGroup,
  ruleSet,
  port,
  portGroups,
  routerInterface,
  vpnService,
  ikePolicy,
  ipsecPolicy,
  endpointGroup,
  vpnConnection,
  sharedNetworkAccess,
  defaultSecurityGroup,
  networkQuota,
  computeQuota,
  hostAggregate,
  serverGroup,
  volumeQuota,
  group,
  groupMembers,
  person,
  serviceUser,
  applicationCredential,
  projectAccess,
  domainAccess,
  identityProvider,
  mapping,
  federationProtocol,
  volumeTypeEncryption,
  projectDefaultVolumeType,
  volume,
  shareType,
  shareTypeAccess,
  shareQuota,
  share,
  shareAccessSet,
  resourceLock,
  exportPath,
  container,
  ingestKey,
  keyQuota,
  studyKey,
  secretAcl,
  machine,
  volumeAttachment,
  quobyteTenant,
  policyRule,
  quobyteQuota,
  quobyteVolume,
  volumeExport,
  accessKey,
  certificateSubject,
  pkiRole,
  pkiPolicy,
];

/** Every kind of resource by its token. */
export const KINDS: ReadonlyMap<string, Kind> = new Map(all.map((kind) => [kind.token, kind]));
