import * as pulumi from "@pulumi/pulumi";
import { ConnectedUserPolicy } from "./pulumi/resource.ts";

const config = new pulumi.Config();

export const { org, grants, revoked, reported, auditHead } = new ConnectedUserPolicy("connected-users", {
  policy: config.require("policy"),
});
