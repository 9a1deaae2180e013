import type { PlatformRule, TenantRule, ZoneRule } from "../rule.ts";
import { platformAdoptUnique, tenantAdoptUnique, zoneAdoptUnique } from "./adopt-unique.ts";
import { areaKind } from "./area-kind.ts";
import { backupPossible } from "./backup.ts";
import { benchPartner } from "./bench-partner.ts";
import { dataInMemory, machineDisk } from "./data-in-memory.ts";
import { datasetAccess } from "./dataset-access.ts";
import { datasetAttach } from "./dataset-attach.ts";
import { dedicatedGranted, dedicatedSlots } from "./dedicated.ts";
import { doorCrawler, doorNetworks, doorProvider, doorReaders, doorUntil } from "./doors.ts";
import { endOverlap } from "./end-overlap.ts";
import { endRange } from "./end-range.ts";
import { federationGroups, federationIssuer, federationProtocolIssuer } from "./federation.ts";
import { erasurePossible } from "./erasure-possible.ts";
import { flavorGpu, grantedGpu } from "./flavor-gpu.ts";
import { flowEnds } from "./flow-ends.ts";
import { flowMeet } from "./flow-meet.ts";
import { flowPorts } from "./flow-ports.ts";
import { flowPreset } from "./flow-preset.ts";
import { flowRoute } from "./flow-route.ts";
import { flowUnique } from "./flow-unique.ts";
import { flowUntil } from "./flow-until.ts";
import { frozenSince } from "./frozen-since.ts";
import {
  addressPairs,
  gatewayAddress,
  gatewayDialled,
  gatewayGranted,
  gatewayNeeded,
  gatewayRoutes,
} from "./gateway.ts";
import { grantExists } from "./grant-exists.ts";
import { imageDisk } from "./image-disk.ts";
import { imagePinned } from "./image-pinned.ts";
import { lifetimeDeletion, lifetimeValid } from "./lifetime.ts";
import { loginsGroup, loginsThrough } from "./logins.ts";
import { machineConfidential } from "./machine-confidential.ts";
import { machineMetadata } from "./machine-metadata.ts";
import { machinePair } from "./machine-pair.ts";
import { mountDirectories, mountShare, mountUserData } from "./mounts.ts";
import { networkGranted } from "./network-granted.ts";
import { networkRange } from "./network-range.ts";
import { partnerKnown } from "./partner-known.ts";
import { partnerPermitted } from "./partner-permitted.ts";
import { permitBasis } from "./permit-basis.ts";
import { permitDatasets } from "./permit-datasets.ts";
import { permitEndsSoon } from "./permit-ends-soon.ts";
import { permitValid } from "./permit-valid.ts";
import { personIdentity, personPreset, personShared, personUntil } from "./person.ts";
import { placesUnique, tenantPlacesUnique } from "./places-unique.ts";
import { platformImageSource } from "./platform-image-source.ts";
import { platformLocalDisk } from "./platform-local-disk.ts";
import { platformScsName } from "./platform-scs-name.ts";
import { platformVlans } from "./platform-vlans.ts";
import { platformBackends } from "./platform-volume-types.ts";
import { presetFloor, presetLowered, tenantPresetLowered } from "./preset-lowered.ts";
import { quobyteCluster } from "./quobyte-cluster.ts";
import { quobyteDataset } from "./quobyte-dataset.ts";
import { quotaFits } from "./quota-fits.ts";
import { sharedStorageNone, tenantSharedStorage } from "./shared-storage.ts";
import { shareProtocol } from "./share-protocol.ts";
import { shareSquash } from "./share-squash.ts";
import { shareSquashSaid } from "./share-squash-said.ts";
import { shareTransit, shareTransitPossible } from "./share-transit.ts";
import { siteFlow, siteIpsec, sitePeer, siteSection } from "./site-tunnel.ts";
import { studyKeyOver, studyKeyPersons, studyKeyServices, studyKeyUntil, studyKeyUsedBy } from "./study-keys.ts";
import { grantedStoragePossible, storagePossible } from "./storage-possible.ts";
import { tenantCertificates } from "./tenant-certificates.ts";
import { tenantDedicatedHosts, tenantDedicatedSlots } from "./tenant-dedicated.ts";
import { tenantGateway } from "./tenant-gateway.ts";
import { tenantLedger } from "./tenant-ledger.ts";
import { tenantNamesFit, tenantNamesUnique } from "./tenant-names.ts";
import { tenantQuobyteRetention, tenantQuobyteShares, tenantQuobyteTags } from "./tenant-quobyte.ts";
import { tenantQuobyteCertificates, tenantQuobyteVolumes, tenantQuobyteWays } from "./tenant-quobyte-volumes.ts";
import { tenantGrants, tenantQuota } from "./tenant-quota.ts";
import { tenantListsUnique, tenantTypesClosed } from "./tenant-types.ts";
import { tenantRouter } from "./tenant-router.ts";
import { tenantVlan } from "./tenant-vlan.ts";
import { topologyClosed, topologyGroups } from "./topology.ts";
import { trustTier } from "./trust-tier.ts";
import { userDataSecret } from "./user-data-secret.ts";
import { volumeEncrypted } from "./volume-encrypted.ts";
import { zoneNamesFit, zoneNamesUnique } from "./zone-names.ts";

export const PLATFORM_RULES: readonly PlatformRule[] = [
  federationGroups,
  federationIssuer,
  federationProtocolIssuer,
  flavorGpu,
  platformAdoptUnique,
  platformBackends,
  platformImageSource,
  platformLocalDisk,
  platformScsName,
  platformVlans,
  shareSquash,
  shareTransitPossible,
  quobyteCluster,
  storagePossible,
];

export const TENANT_RULES: readonly TenantRule[] = [
  tenantAdoptUnique,
  tenantCertificates,
  tenantDedicatedHosts,
  tenantDedicatedSlots,
  tenantGateway,
  tenantGrants,
  tenantLedger,
  tenantListsUnique,
  tenantNamesFit,
  tenantNamesUnique,
  tenantPlacesUnique,
  tenantPresetLowered,
  tenantQuobyteRetention,
  tenantQuobyteShares,
  tenantQuobyteTags,
  tenantQuobyteVolumes,
  tenantQuobyteWays,
  tenantQuobyteCertificates,
  tenantQuota,
  tenantRouter,
  tenantSharedStorage,
  tenantTypesClosed,
  tenantVlan,
];

export const ZONE_RULES: readonly ZoneRule[] = [
  addressPairs,
  areaKind,
  backupPossible,
  benchPartner,
  dataInMemory,
  datasetAccess,
  datasetAttach,
  dedicatedGranted,
  dedicatedSlots,
  doorCrawler,
  doorNetworks,
  doorProvider,
  doorReaders,
  doorUntil,
  endOverlap,
  endRange,
  erasurePossible,
  flowEnds,
  flowMeet,
  flowPorts,
  flowPreset,
  flowRoute,
  flowUnique,
  flowUntil,
  frozenSince,
  gatewayAddress,
  gatewayDialled,
  gatewayGranted,
  gatewayNeeded,
  gatewayRoutes,
  grantExists,
  grantedGpu,
  grantedStoragePossible,
  imageDisk,
  imagePinned,
  lifetimeDeletion,
  lifetimeValid,
  loginsGroup,
  loginsThrough,
  machineConfidential,
  machineDisk,
  machineMetadata,
  machinePair,
  mountDirectories,
  mountShare,
  mountUserData,
  networkGranted,
  networkRange,
  partnerKnown,
  partnerPermitted,
  permitBasis,
  permitDatasets,
  permitEndsSoon,
  permitValid,
  personIdentity,
  personPreset,
  personShared,
  personUntil,
  placesUnique,
  presetFloor,
  presetLowered,
  quobyteDataset,
  quotaFits,
  shareProtocol,
  shareSquashSaid,
  shareTransit,
  sharedStorageNone,
  siteFlow,
  siteIpsec,
  sitePeer,
  siteSection,
  studyKeyOver,
  studyKeyPersons,
  studyKeyServices,
  studyKeyUntil,
  studyKeyUsedBy,
  topologyClosed,
  topologyGroups,
  trustTier,
  userDataSecret,
  volumeEncrypted,
  zoneAdoptUnique,
  zoneNamesFit,
  zoneNamesUnique,
];
