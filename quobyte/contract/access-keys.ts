import { z } from "zod";
import { int64, method, struct } from "./build.ts";

/** `S3` is obsolete and the same as `DATA_ACCESS_KEY`. */
const keyType = z.enum(["DATA_ACCESS_KEY", "GENERAL_ACCESS_KEY", "MANAGEMENT_ACCESS_KEY", "S3"]);

export const accessKey = struct("AccessKeyCredentials", {
  access_key_id: z.string(),
  /** A secret. */
  secret_access_key: z.string(),
  /** 0: never ends. */
  valid_until_timestamp_ms: int64,
  type: keyType,
  tenant_id: z.string(),
});

const accessKeyDetails = struct("AccessKeyDetails", {
  type: keyType,
  access_key_id: z.string(),
  /** A secret. */
  secret_access_key: z.string(),
  /** 0: never ends. */
  validity_days: z.int32(),
  tenant_id: z.string(),
});

const userRole = z.enum([
  "FILESYSTEM_ADMIN",
  "FILESYSTEM_ADMIN_READONLY",
  "HARDWARE_OPERATOR",
  "OBSOLETE_DOMAIN_ADMIN",
  "OBSOLETE_DOMAIN_ADMIN_READONLY",
  "SUPER_USER",
  "SUPER_USER_READONLY",
  "UNPRIVILEGED_USER",
]);

const userSource = struct("UserSource", {
  directory_type: z.enum(["INTERNAL_DATABASE", "KEYSTONE", "LDAP", "OIDC"]),
  directory_id: z.string(),
  last_update_timestamp_millis: int64,
  user_id: z.string(),
});

/** A user with his access keys. */
export const user = struct("UserConfiguration", {
  id: z.string(),
  hash_method: z.enum(["SALTED_PBKDF2_SHA512", "SALTED_SHA512"]),
  /** A secret. */
  password_hash: z.string(),
  salt: z.string(),
  email: z.string(),
  role: z.array(userRole),
  admin_of_tenant_id: z.array(z.string()),
  last_login_directory_id: z.string(),
  last_login_timestamp_ms: int64,
  access_key_credentials: z.array(accessKey),
  primary_group: z.string(),
  group: z.array(z.string()),
  user_source: z.array(userSource),
  member_of_tenant_id: z.array(z.string()),
});

export const ACCESS_KEY_METHODS = {
  createAccessKeyCredentials: method("CreateAccessKeyCredentials", "create", {
    needs: { user_name: z.string() },
    takes: { tenant_id: z.string(), validity_days: z.int32(), access_key_type: keyType },
    gives: { access_key_credentials: accessKey },
  }),
  importAccessKeys: method("ImportAccessKeys", "create", {
    needs: { user_name: z.string(), access_key_details: z.array(accessKeyDetails) },
  }),
  deleteAccessKeyCredentials: method("DeleteAccessKeyCredentials", "remove", {
    needs: { user_name: z.string(), access_key_id: z.string() },
  }),
  createUser: method("CreateUser", "create", {
    needs: { user_name: z.string() },
    takes: {
      /** A secret. */
      password: z.string(),
      email: z.string(),
      admin_of_tenant_id: z.array(z.string()),
      role: userRole,
      member_of_tenant_id: z.array(z.string()),
      member_of_group: z.array(z.string()),
      primary_group: z.string(),
    },
    mayGive: { user_configuration: user },
  }),
  getUsers: method("GetUsers", "read", {
    takes: { user_id: z.array(z.string()) },
    mayGive: { user_configuration: z.array(user) },
  }),
  deleteUser: method("DeleteUser", "remove", { needs: { user_name: z.string() } }),
} as const;
