package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// What `pulumi package add` would generate.
type (
	provider            struct{ pulumi.ProviderResourceState }
	connectedUserPolicy struct {
		pulumi.CustomResourceState
		Org pulumi.StringMapOutput `pulumi:"org"`
	}
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		var salesforce provider
		if err := ctx.RegisterResource("pulumi:providers:sanctioned", "salesforce", pulumi.Map{
			"instanceUrl": pulumi.String(settings.Require("instanceUrl")),
			"accessToken": settings.RequireSecret("accessToken"),
		}, &salesforce); err != nil {
			return err
		}
		var users connectedUserPolicy
		if err := ctx.RegisterResource("sanctioned:index:ConnectedUserPolicy", "connected-users", pulumi.Map{
			"policy": pulumi.String("policy.yaml"),
		}, &users, pulumi.Provider(&salesforce)); err != nil {
			return err
		}
		ctx.Export("org", users.Org)
		return nil
	})
}
