// Package codegen takes the place of Pulumi's YAML program generator. The bridge's schema generator links it for its
// converter of examples, which schemagen leaves unused.
package codegen

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
)

// GenerateProgram always fails: nothing here converts examples.
func GenerateProgram(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	return nil, nil, errors.New("programs in YAML are not generated here")
}
