import { z } from "zod";
import { int64, method, struct } from "./build.ts";
import { policies } from "./policies.ts";

const labelPattern = struct("LabelPattern", { name_regex: z.string(), value_regex: z.string() });

const tenantScope = struct("TenantScope", { uuid: z.string(), name_regex: z.string(), label_pattern: labelPattern });

const volumeScope = struct("VolumeScope", { uuid: z.string(), name_regex: z.string(), label_pattern: labelPattern });

const xAttr = struct("XAttr", { name: z.string(), value: z.string() });

const fileScope = struct("FileScope", {
  filter_type: z.enum([
    "CURRENT_FILE_SIZE",
    "DIRECTORY_XATTR",
    "EXPECTED_SIZE_OF_NEW_FILE",
    "FILE_XATTR",
    "LAST_ACCESS_AGE_S",
    "LAST_MODIFICATION_AGE_S",
    "NAME",
    "OWNER_USER_NAME",
    "RECURSIVE_DIRECTORY_XATTR",
  ]),
  operator: z.enum([
    "CONTAINS",
    "ENDS_WITH",
    "EQUALS",
    "EXTENSION_MATCHES",
    "LARGER_THAN",
    "LARGER_THAN_OR_EQUAL_TO",
    "REGEX_MATCHES",
    "SMALLER_THAN",
    "SMALLER_THAN_OR_EQUAL_TO",
    "STARTS_WITH",
  ]),
  text_value: z.string(),
  numeric_value: int64,
  xattr: xAttr,
});

const clientType = z.enum(["NATIVE", "NFS", "S3"]);

const clientScope = struct("ClientScope", { client_network: z.string(), client_type: clientType });

/** `global` stands alone; the others can be combined. */
export const policyScope = struct("PolicyScope", {
  global: z.boolean(),
  tenant: z.array(tenantScope),
  volume: z.array(volumeScope),
  file: z.array(fileScope),
  files_operator: z.enum(["ALL_OF", "ANY_OF"]),
  client: z.array(clientScope),
});

const policyPreset = struct("PolicyPreset", {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  deprecated: z.boolean(),
  policies,
});

/** `ordering_number` must differ between rules; of `policy_preset` and `policies` exactly one is set. */
export const policyRule = struct("PolicyRule", {
  uuid: z.string(),
  name: z.string(),
  description: z.string(),
  creator: z.string(),
  enabled: z.boolean(),
  default: z.boolean(),
  ordering_number: z.int32(),
  scope: policyScope,
  policy_preset: policyPreset,
  policies,
});

const clientSubject = struct("GetPolicyRulesRequest_PolicySubject_ClientPolicySubject", {
  client_ip_address: z.string(),
  client_type: clientType,
});

const uuidOf = (name: string) =>
  struct(`FilterPolicyRulesRequest_PolicySubject_${name}PolicySubject`, { uuid: z.string() });

const filterSubject = struct("FilterPolicyRulesRequest_PolicySubject", {
  global: z.boolean(),
  tenant: uuidOf("Tenant"),
  volume: uuidOf("Volume"),
  file: struct("FilterPolicyRulesRequest_PolicySubject_FilePolicySubject", { path: z.string() }),
  client: clientSubject,
});

const subjectLabel = struct("GetPolicyRulesRequest_PolicySubject_Label", { name: z.string(), value: z.string() });

const described = (name: string) =>
  struct(`GetPolicyRulesRequest_PolicySubject_${name}PolicySubject`, {
    uuid: z.string(),
    name: z.string(),
    label: z.array(subjectLabel),
  });

const getSubject = struct("GetPolicyRulesRequest_PolicySubject", {
  global: z.boolean(),
  tenant: described("Tenant"),
  volume: described("Volume"),
  file: struct("GetPolicyRulesRequest_PolicySubject_FilePolicySubject", {
    name: z.string(),
    owner: z.string(),
    size_bytes: int64,
    last_access_age_s: int64,
    last_modification_age_s: int64,
    file_xattr: z.array(xAttr),
    directory_xattr: z.array(xAttr),
    recursive_directory_xattr: z.array(xAttr),
  }),
  client: clientSubject,
});

export const POLICY_RULE_METHODS = {
  createPolicyRule: method("CreatePolicyRule", "create", {
    needs: { policy_rule: policyRule },
    gives: { policy_rule_uuid: z.string() },
  }),
  updatePolicyRules: method("UpdatePolicyRules", "set", { needs: { policy_rule: z.array(policyRule) } }),
  deletePolicyRules: method("DeletePolicyRules", "remove", { needs: { policy_rule_uuid: z.array(z.string()) } }),
  /** Without a subject all rules; with one the rules that take effect on it. */
  getPolicyRules: method("GetPolicyRules", "read", {
    takes: { policy_subject: getSubject, policy_rule_set_version: int64 },
    mayGive: { policy_rule: z.array(policyRule) },
  }),
  filterPolicyRules: method("FilterPolicyRules", "read", {
    takes: { policy_subject: filterSubject, policy_rule_set_version: int64 },
    mayGive: { policy_rule: z.array(policyRule) },
  }),
  dumpEffectivePolicyRules: method("DumpEffectivePolicyRules", "read", {
    takes: { policy_subject: filterSubject, policies_only: z.boolean() },
    mayGive: { proto_dump: z.string() },
  }),
  resolvePolicyRuleName: method("ResolvePolicyRuleName", "read", {
    needs: { policy_rule_name: z.string() },
    gives: { policy_rule_uuid: z.string() },
  }),
} as const;
