// Package bridge describes the OpenStack Terraform provider to Pulumi's bridge. Which Terraform type is which Pulumi
// token is data (tokens.json); the code below only carries it over.
package bridge

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-provider-openstack/terraform-provider-openstack/v3/openstack"
)

// Package is the name of the Pulumi package.
const Package = "openstack"

// longestName is what OpenStack's services accept for a name; a generated name is the logical one, "-" and a suffix.
const longestName = 255

//go:embed tokens.json
var tokensJSON []byte

// tokenTable is the content of tokens.json. All outer keys are Terraform names.
type tokenTable struct {
	Resources map[string]string            `json:"resources"` // type -> Pulumi resource token
	Functions map[string]string            `json:"functions"` // data source -> Pulumi function token
	Rename    map[string]map[string]string `json:"rename"`    // type -> property -> Pulumi property
	Secret    map[string][]string          `json:"secret"`    // type -> properties never kept in plain text
	ConfigEnv map[string]string            `json:"configEnv"` // provider setting -> environment variable
}

// Describe returns the bridge's description of the package in the given version (without a leading "v").
// A broken table is a defect of this program, hence the panic.
func Describe(version string) tfbridge.ProviderInfo {
	var table tokenTable
	if err := json.Unmarshal(tokensJSON, &table); err != nil {
		panic(fmt.Errorf("tokens.json: %w", err))
	}
	provider := tfbridge.ProviderInfo{
		P:                       sdkv2.NewProvider(openstack.Provider()),
		Name:                    Package,
		Version:                 version,
		TFProviderModuleVersion: "v3",
		GitHubOrg:               "terraform-provider-openstack",
		Config:                  map[string]*tfbridge.SchemaInfo{},
		Resources:               map[string]*tfbridge.ResourceInfo{},
		DataSources:             map[string]*tfbridge.DataSourceInfo{},
	}
	for setting, variable := range table.ConfigEnv {
		provider.Config[setting] = &tfbridge.SchemaInfo{
			Default: &tfbridge.DefaultInfo{EnvVars: []string{variable}},
		}
	}
	for name, token := range table.Resources {
		provider.Resources[name] = &tfbridge.ResourceInfo{
			Tok:    tokens.Type(token),
			Fields: fields(table.Rename[name], table.Secret[name]),
		}
	}
	for name, token := range table.Functions {
		provider.DataSources[name] = &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember(token)}
	}
	provider.SetAutonaming(longestName, "-")
	return provider
}

// fields joins the overlays of one resource's properties: one that is renamed may be secret, too.
func fields(renamed map[string]string, secret []string) map[string]*tfbridge.SchemaInfo {
	overlay := map[string]*tfbridge.SchemaInfo{}
	at := func(property string) *tfbridge.SchemaInfo {
		if overlay[property] == nil {
			overlay[property] = &tfbridge.SchemaInfo{}
		}
		return overlay[property]
	}
	for property, name := range renamed {
		at(property).Name = name
	}
	for _, property := range secret {
		at(property).Secret = tfbridge.True()
	}
	return overlay
}
