// Command schemagen writes the Pulumi schema of the bridged provider, without documentation texts, to stdout:
//
//	go run ./schemagen 5.5.3 > schema.json
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"

	"tresor/openstack-plugin/bridge"
)

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: schemagen <version>"))
	}
	generated, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo:    bridge.Describe(os.Args[1]),
		DiagnosticsSink: diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never}),
		XInMemoryDocs:   true,
	})
	if err != nil {
		fail(err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	if err := out.Encode(generated.PackageSpec); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "schemagen:", err)
	os.Exit(1)
}
