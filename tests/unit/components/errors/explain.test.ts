import { describe, expect, it } from "vitest";
import { explainPluginError, mayRepeatOperation } from "../../../../components/errors/explain.ts";
import { PLAIN_KINDS } from "../../../../components/errors/kinds.ts";
import { readPluginMessage } from "../../../../components/errors/plugin-message.ts";
import { formatProblem } from "../../../../config/problem.ts";

const PROJECT = "openstack:identity/project:Project";
const USER = "openstack:identity/user:User";
const NETWORK = "openstack:networking/network:Network";
const FLAVOR = "openstack:compute/flavor:Flavor";
const ROLE = "openstack:identity/roleAssignment:RoleAssignment";
const URL = "http://127.0.0.1:5000/v3/projects";

/** As the engine hands it over: the bridge's list around the plugin's words. */
const page = (words: string): string => `1 error occurred:\n\t* ${words}\n\n`;
const refused = (status: number, body: string, call = `POST ${URL}`, head = "Error creating openstack_x_v3"): string =>
  page(`${head}: Expected HTTP response code [201 202] when accessing [${call}], but got ${status} instead: ${body}`);
const said = (type: string, message: string, operation = "create"): string =>
  formatProblem(explainPluginError(type, "heart", operation, message));

const CASES: readonly (readonly [string, string, string, string, RegExp])[] = [
  [
    "a name that is taken",
    PROJECT,
    "create",
    refused(
      409,
      '{"error":{"code":409,"message":"Conflict occurred attempting to store project - it is not permitted to have two projects with either the same name or same id in the same domain: name is heart, project id a70a940c.","title":"Conflict"}}',
    ),
    /^cannot create the domain or project "heart": it is there already, made by something else than this stack \(Keystone answered 409: Conflict occurred .* project id a70a940c\)\. Next: take it over by `adopt: <its id>` .*or, if it is left of an interrupted run, remove it/,
  ],
  [
    "a flavor of the name",
    FLAVOR,
    "create",
    refused(409, '{"conflictingRequest": {"code": 409, "message": "Flavor with name SCS-1V-2 already exists."}}'),
    /\(Nova answered 409: Flavor with name SCS-1V-2 already exists\)\. Next: take it over by `adopt: <its id>` at the flavor/,
  ],
  [
    "a VLAN that is taken",
    NETWORK,
    "create",
    refused(
      409,
      '{"NeutronError": {"type": "VlanIdInUse", "message": "Unable to create the network. The VLAN 101 on physical network physnet1 is in use.", "detail": ""}}',
    ),
    /it is there already.*VLAN 101.*openstack network list --provider-segment/,
  ],
  [
    "a network with ports, when it is removed",
    NETWORK,
    "delete",
    refused(
      409,
      '{"NeutronError": {"type": "NetworkInUse", "message": "Unable to complete operation on network 1f2e. There are one or more ports still in use on the network.", "detail": ""}}',
      "DELETE http://127.0.0.1:9696/v2.0/networks/1f2e",
      "Error deleting openstack_networking_network_v2 1f2e",
    ),
    /^cannot delete the network "heart": something else still uses it.*Next: remove the ports that are still on it first/,
  ],
  [
    "a quota of Neutron",
    NETWORK,
    "create",
    refused(
      409,
      `{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['network'].", "detail": ""}}`,
    ),
    /the quota of networks is used up \(Neutron answered 409: Quota exceeded for resources: \['network'\]\)\. Next: .*the operator alone raises it/,
  ],
  [
    "a quota of Nova, which answers 403",
    ROLE,
    "update",
    refused(
      403,
      '{"forbidden": {"code": 403, "message": "Quota exceeded for ram: Requested 30720, but already used 38912 of 51200 ram"}}',
    ),
    /the quota of memory is used up.*Next: .*ask the operator to raise `memory` in the area's `quota`/,
  ],
  [
    "a policy",
    FLAVOR,
    "create",
    refused(
      403,
      `{"forbidden": {"code": 403, "message": "Policy doesn't allow os_compute_api:os-flavor-manage:create to be performed."}}`,
    ),
    /the credential may not do this \(Nova answered 403: Policy doesn't allow os_compute_api:os-flavor-manage:create to be performed\)\. Next: let the entry of clouds\.yaml.* hold the role admin/,
  ],
  [
    "what is gone",
    ROLE,
    "update",
    refused(404, '{"error":{"message":"Could not find project: p1.","code":404}}'),
    /not there, or not visible.*pulumi refresh/,
  ],
  [
    "a wrong password",
    USER,
    "create",
    refused(401, '{"error":{"code":401,"message":"The request you have made requires authentication."}}'),
    /credential is not accepted.*check user, password and scope/,
  ],
  [
    "a proxy's page",
    NETWORK,
    "create",
    refused(
      503,
      "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>",
    ),
    /the service failed \(Neutron answered 503: 503 Service Unavailable No server is available to handle this request\)\. Next: run `pulumi up` again/,
  ],
  [
    "a refused connection of a read",
    NETWORK,
    "update",
    page(
      'Error retrieving openstack_networking_network_v2 1f2e: Get "http://[::1]:9696/v2.0/networks/1f2e": dial tcp [::1]:9696: connect: connection refused',
    ),
    /no answer came \(http:\/\/\[::1\]:9696: dial tcp \[::1\]:9696: connect: connection refused\)\. Next: check that Neutron runs/,
  ],
  [
    "a broken connection of a write, of which the plugin tells something else",
    ROLE,
    "update",
    page(
      'Error creating openstack_compute_quotaset_v2: Put "http://127.0.0.1:8774/v2.1/os-quota-sets/p1": OpenStack connection error, retries exhausted. Aborting. Last error was: http: ContentLength=25 with Body length 0',
    ),
    /no answer came \(http:\/\/127\.0\.0\.1:8774: the connection was refused or broke\)/,
  ],
  [
    "a certificate",
    FLAVOR,
    "create",
    page(
      'Error creating OpenStack compute client: Post "https://cloud.example:5000/v3/auth/tokens": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ),
    /certificate is not trusted \(https:\/\/cloud\.example:5000: tls: failed to verify.*Next: set cacert/,
  ],
  [
    "a time-out",
    NETWORK,
    "create",
    page(
      'Error creating openstack_networking_network_v2: Post "https://cloud.example/network/v2.0/networks": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    ),
    /no answer came \(https:\/\/cloud\.example: net\/http: request canceled/,
  ],
  [
    "what never became ready",
    NETWORK,
    "create",
    page(
      "Error waiting for openstack_networking_network_v2 1f2e to become available: timeout while waiting for state to become 'ACTIVE, DOWN' (last state: 'BUILD', timeout: 10m0s)",
    ),
    /it did not become ready \(Error waiting for openstack_networking_network_v2 1f2e to become available: timeout/,
  ],
  [
    "an access that somebody else made, of which the bridge tells nothing",
    "openstack:compute/flavorAccess:FlavorAccess",
    "create",
    "expected non-nil error with nil state during Create of urn:pulumi:dev::tresor::openstack:compute/flavorAccess:FlavorAccess::fa",
    /cannot create the access to a flavor "heart": .*Next: .*openstack flavor unset --project/,
  ],
  [
    "a service that is not there",
    FLAVOR,
    "create",
    page("Error creating OpenStack compute client: No suitable endpoint could be found in the service catalog."),
    /the catalogue of the cloud lists no such service.*correct region/,
  ],
  [
    "anything else",
    "openstack:images/image:Image",
    "create",
    page("Error opening file for Image: Error opening file: open /x/debian.raw: no such file or directory"),
    /the plugin failed \(Error opening file for Image: .*debian\.raw: no such file or directory\)/,
  ],
];

describe("an error of the OpenStack plugin", () => {
  it.each(CASES)(
    "is one sentence with the resource, the reason and the next step: %s",
    (_, type, operation, message, words) => {
      const sentence = said(type, message, operation);
      expect(sentence).toMatch(words);
      expect(sentence).not.toMatch(/\n|[{}]|Expected HTTP response/);
      expect(sentence).toContain('"heart"');
      expect(sentence).toContain(". Next: ");
    },
  );

  it("never repeats a body, an address beyond its host, or a value that a service refuses", () => {
    const body =
      '{"error":{"code":400,"message":"Invalid input for field \'password\': \'hunter2-\\"canary\\"\' is too short."},"request":{"password":"canary-a"}}';
    for (const message of [
      refused(400, body),
      refused(
        400,
        '{"badRequest":{"message":"Invalid input for field/attribute adminPass. Value: canary-b. canary-b is too short"}}',
      ),
      refused(409, '{"password":"canary-c","trace":"canary-d"}'),
      page(
        'Error creating openstack_identity_user_v3: Post "https://ada:canary-e@cloud.example/v3/users?token=canary-f": EOF',
      ),
      page('Error creating thing: got {"password":"canary-g"} from https://cloud.example/canary-h?x=canary-i'),
      refused(500, '{"error":{"message":"it failed"}} and {"password":"canary-j"}'),
    ])
      expect(said(USER, message)).not.toMatch(/canary|hunter2/);
    // The control: a service's own message is told.
    expect(said(USER, refused(409, '{"error":{"message":"Duplicate entry found with name digimed"}}'))).toContain(
      "digimed",
    );
  });

  it("is read where JSON is broken, empty or nested", () => {
    expect(readPluginMessage(refused(409, "")).reason).toBe("");
    expect(readPluginMessage(refused(409, '{"a": ')).reason).toBe("");
    expect(readPluginMessage(refused(409, '{"a":{"message":"with } and \\" in it"}}\n\n\t* more')).reason).toBe(
      'with } and " in it',
    );
    expect(readPluginMessage("")).toEqual({ reason: "" });
  });
});

describe("an operation is made again", () => {
  const create = (message: string, type = NETWORK): boolean => mayRepeatOperation(type, "create", message);
  it("where it was not carried out, or where twice is once", () => {
    expect(create(refused(429, "{}"))).toBe(true);
    expect(create(refused(503, "{}", "PUT http://h/v2.1/os-quota-sets/p1"), ROLE)).toBe(true);
    expect(mayRepeatOperation(NETWORK, "delete", refused(503, "{}", "DELETE http://h/v2.0/networks/1"))).toBe(true);
    expect(mayRepeatOperation(ROLE, "update", page('Error: Put "http://h/x": EOF'))).toBe(true);
  });

  it("never where an object could be made twice", () => {
    expect(create(refused(503, "{}"))).toBe(false);
    expect(create(page('Error creating openstack_networking_network_v2: Post "http://h/x": EOF'))).toBe(false);
    // What follows the making: the engine would make another and lose the first.
    expect(
      create(refused(503, "{}", "GET http://h/v2.0/networks/1", "Error waiting for openstack_networking_network_v2 1")),
    ).toBe(false);
    expect(
      create(refused(429, "{}", "PUT http://h/tags", "Error setting tags on openstack_networking_network_v2 1")),
    ).toBe(false);
    expect(
      create(refused(503, "{}", "PUT http://h/file", "Error while uploading file"), "openstack:images/image:Image"),
    ).toBe(false);
  });

  it("never where it would fail again", () => {
    for (const status of [400, 401, 403, 404, 409, 500])
      expect(mayRepeatOperation(ROLE, "update", refused(status, "{}", "PUT http://h/x"))).toBe(false);
    expect(mayRepeatOperation(ROLE, "update", page('Error: Put "https://h/x": x509: certificate has expired'))).toBe(
      false,
    );
    expect(mayRepeatOperation(ROLE, "update", page("timeout while waiting for state"))).toBe(false);
  });
});

it("every kind of the table says what to do about a name that is taken", () => {
  for (const [token, kind] of Object.entries(PLAIN_KINDS)) {
    expect(token).toMatch(/^openstack:\w+\/\w+:\w+$/);
    expect(kind.taken, token).toMatch(/interrupted run|pulumi up/);
  }
});
