import { declareErrors } from "../errors.ts";

export const scaffoldErrors = declareErrors({
  "workflow-value-not-plain": {
    kind: "user",
    text: "{what} of a workflow is {found}, which could mean something else there.",
    remedy:
      "Use letters, digits and . _ / - alone; a policy is in a folder of its own, such as policy/acme.yaml.",
    example: { what: "The folder of a policy", found: "." },
  },
});
