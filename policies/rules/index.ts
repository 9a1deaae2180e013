import type { PlatformRule, TenantRule, ZoneRule } from "../rule.ts";
import { platformAdoptUnique, tenantAdoptUnique, zoneAdoptUnique } from "./adopt-unique.ts";
import { areaKind } from "./area-kind.ts";
import { benchPartner } from "./bench-partner.ts";
import { datasetAccess } from "./dataset-access.ts";
import { datasetAttach } from "./dataset-attach.ts";
import { flavorGpu, grantedGpu } from "./flavor-gpu.ts";
import { flowEnds } from "./flow-ends.ts";
import { flowUnique } from "./flow-unique.ts";
import { flowUntil } from "./flow-until.ts";
import { grantExists } from "./grant-exists.ts";
import { imageDisk } from "./image-disk.ts";
import { imagePinned } from "./image-pinned.ts";
import { machineConfidential } from "./machine-confidential.ts";
import { machinePair } from "./machine-pair.ts";
import { networkGranted } from "./network-granted.ts";
import { networkRange } from "./network-range.ts";
import { partnerKnown } from "./partner-known.ts";
import { partnerPermitted } from "./partner-permitted.ts";
import { permitEndsSoon } from "./permit-ends-soon.ts";
import { permitValid } from "./permit-valid.ts";
import { placesUnique, tenantPlacesUnique } from "./places-unique.ts";
import { platformImageSource } from "./platform-image-source.ts";
import { platformLocalDisk } from "./platform-local-disk.ts";
import { platformScsName } from "./platform-scs-name.ts";
import { platformVlans } from "./platform-vlans.ts";
import { platformBackends, platformLuks } from "./platform-volume-types.ts";
import { grantedQuobyteLuks, quobyteLuks } from "./quobyte-luks.ts";
import { quotaFits } from "./quota-fits.ts";
import { shareProtocol } from "./share-protocol.ts";
import { tenantLedger } from "./tenant-ledger.ts";
import { tenantNamesFit, tenantNamesUnique } from "./tenant-names.ts";
import { tenantGrants, tenantQuota } from "./tenant-quota.ts";
import { tenantListsUnique, tenantTypesClosed } from "./tenant-types.ts";
import { tenantVlan } from "./tenant-vlan.ts";
import { trustTier } from "./trust-tier.ts";
import { userDataSecret } from "./user-data-secret.ts";
import { volumeEncrypted } from "./volume-encrypted.ts";
import { zoneNamesFit, zoneNamesUnique } from "./zone-names.ts";

export const PLATFORM_RULES: readonly PlatformRule[] = [
  flavorGpu,
  platformAdoptUnique,
  platformBackends,
  platformImageSource,
  platformLocalDisk,
  platformLuks,
  platformScsName,
  platformVlans,
  quobyteLuks,
];

export const TENANT_RULES: readonly TenantRule[] = [
  tenantAdoptUnique,
  tenantGrants,
  tenantLedger,
  tenantListsUnique,
  tenantNamesFit,
  tenantNamesUnique,
  tenantPlacesUnique,
  tenantQuota,
  tenantTypesClosed,
  tenantVlan,
];

export const ZONE_RULES: readonly ZoneRule[] = [
  areaKind,
  benchPartner,
  datasetAccess,
  datasetAttach,
  flowEnds,
  flowUnique,
  flowUntil,
  grantExists,
  grantedGpu,
  grantedQuobyteLuks,
  imageDisk,
  imagePinned,
  machineConfidential,
  machinePair,
  networkGranted,
  networkRange,
  partnerKnown,
  partnerPermitted,
  permitEndsSoon,
  permitValid,
  placesUnique,
  quotaFits,
  shareProtocol,
  trustTier,
  userDataSecret,
  volumeEncrypted,
  zoneAdoptUnique,
  zoneNamesFit,
  zoneNamesUnique,
];
