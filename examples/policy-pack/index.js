const { PolicyPack } = require("@pulumi/policy");

/** The dynamic resource, and that of the provider plugin. */
const TYPES = [
  "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy",
  "sanctioned:index:ConnectedUserPolicy",
];

/** A policy that is told how many users each app would lose by an update: [app, users] by [app, users]. */
function onRevocations(name, description, properties, judge) {
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    configSchema: { properties },
    validateResource: (args, report) => {
      if (!TYPES.includes(args.type)) return;
      const revocations = Object.entries(args.props.revocations?.__plan?.byApp ?? {});
      judge(
        revocations.map(([app, users]) => [app, Object.keys(users)]),
        args.getConfig(),
        report,
      );
    },
  };
}

new PolicyPack("connected-users", {
  policies: [
    onRevocations(
      "at-most",
      "An update takes no more than so many accesses from people.",
      { most: { type: "integer", minimum: 0, default: 50 } },
      (revocations, { most }, report) => {
        const count = revocations.reduce((sum, [, users]) => sum + users.length, 0);
        if (count > most) report(`${count} revocations are more than ${most}.`);
      },
    ),
    onRevocations(
      "never-of",
      "No update takes these apps from anybody.",
      { apps: { type: "array", items: { type: "string" }, default: [] } },
      (revocations, { apps }, report) => {
        for (const [app, users] of revocations)
          if (apps.includes(app))
            report(`${app} would be taken from ${users.length} users: ${users.join(", ")}.`);
      },
    ),
  ],
});
