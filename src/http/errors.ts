import { declareErrors } from "../errors.ts";

export const httpErrors = declareErrors({
  "address-not-a-url": {
    kind: "settings",
    text: "{setting} is not a URL of a web address.",
    remedy: "Write it as https://acme.my.salesforce.com.",
    example: { setting: "SF_ORG_INSTANCE_URL" },
  },
  "address-not-https": {
    kind: "settings",
    text: "{setting} must begin with https://: {address} would send tokens in the clear.",
    remedy: "Write it as https://acme.my.salesforce.com.",
    example: { setting: "SF_ORG_INSTANCE_URL", address: "http://acme.my.salesforce.com" },
  },
  "address-of-user-interface": {
    kind: "settings",
    text: "{setting} is the address of the user interface ({host}).",
    remedy: "Use the org's My Domain, as in https://acme.my.salesforce.com.",
    example: { setting: "SF_ORG_INSTANCE_URL", host: "acme.lightning.force.com" },
  },
  "address-with-login": {
    kind: "settings",
    text: "{setting} has a user or a password in it.",
    remedy: "Write it as https://acme.my.salesforce.com, and change the password: it may have been logged.",
    example: { setting: "SF_ORG_INSTANCE_URL" },
  },
  "address-with-path": {
    kind: "settings",
    text: "{setting} goes on after the host.",
    remedy: "Write it as https://acme.my.salesforce.com, with no path, query or fragment.",
    example: { setting: "SF_ORG_INSTANCE_URL" },
  },
  "proxy-not-usable": {
    kind: "settings",
    text: "The proxy that HTTPS_PROXY or HTTP_PROXY names cannot be used: it is no address of one.",
    remedy:
      "Write it as http://proxy.acme.example:8080; signs in a user or a password are written as %40 is for @.",
    example: {},
  },
  "asked-to-wait": {
    kind: "remote",
    text: "{refusal} It asks to wait {seconds} s, which is longer than a run waits, at once or in all.",
    remedy: "Try again then.",
    example: { refusal: "api.github.com answered 429 to GET /user.", seconds: 3600 },
  },
});
