// Command pulumi-resource-openstack is the OpenStack resource plugin: the published Terraform provider under Pulumi's
// bridge, with the type tokens and property names of the official plugin of the same version.
//
// schema.json is made by ./schemagen and committed, so that building the plugin needs neither the generator nor the
// large part of the bridge that only it imports.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"tresor/openstack-plugin/bridge"
)

//go:embed schema.json
var schema []byte

// Version is set by the linker to the version that the plugin answers to.
var Version = "0.0.0-dev"

func main() {
	tfbridge.Main(bridge.Package, Version, bridge.Describe(Version), schema)
}
