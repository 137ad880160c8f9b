import type { IConfiguration, IForbiddenRuleType } from "dependency-cruiser";
import { doors, places, pure, pureBuiltins, type Room, rooms } from "./layers.ts";

const typesAlone = ["type-only", "type-import"] as const;
const fromNpm = [
  "npm",
  "npm-dev",
  "npm-optional",
  "npm-peer",
  "npm-no-pkg",
  "npm-unknown",
  "unknown",
] as const;

/** Regular expression of a room's files, or of the one file that is named with its room. */
function place(name: string): string {
  const file = name.endsWith(".ts")
    ? `src/${name.replace("*", "[^/]+").replace(".", "[.]")}$`
    : `src/${name}/`;
  return `^${places[name] ?? file}`;
}

function rulesOf(name: string, { imports, types = [], packages = [] }: Room): IForbiddenRuleType[] {
  const from = { path: place(name) };
  const allowed = [...imports, ...types].join(", ") || "no other room";
  return [
    {
      name: `${name}: rooms`,
      comment: `${name} may import ${allowed}`,
      severity: "error",
      from,
      to: { path: "^(src|packages)/", pathNot: [name, ...imports, ...types].map(place) },
    },
    {
      name: `${name}: types`,
      comment: `${name} may import types of ${types.join(", ")}, and nothing that runs`,
      severity: "error",
      from,
      to: { path: types.map(place), pathNot: imports.map(place), dependencyTypesNot: [...typesAlone] },
    },
    {
      name: `${name}: packages`,
      comment: `${name} may import ${packages.join(", ") || "no package"}`,
      severity: "error",
      from: { ...from, pathNot: "/test/" },
      to: {
        dependencyTypes: [...fromNpm],
        pathNot: packages.map((name) => `(^|node_modules/)${name}(/|$)`),
      },
    },
  ].filter(({ to }) => to.path?.length !== 0) as IForbiddenRuleType[];
}

const purePlaces = { path: pure.map(place), pathNot: doors.map(place) };

/** The settings of dependency-cruiser: `layers.ts` as rules. */
export const settings: IConfiguration = {
  forbidden: [
    ...Object.entries(rooms).flatMap(([name, room]) => rulesOf(name, room)),
    {
      name: "a room that is not listed",
      comment: "say in scripts/imports/layers.ts what this room may import",
      severity: "error",
      from: { path: "^(src|packages/[^/]+/src)/", pathNot: Object.keys(rooms).map(place) },
      to: {},
    },
    {
      name: "pure: no I/O",
      comment: `what does no I/O may import ${pureBuiltins.join(", ")} of Node`,
      severity: "error",
      from: purePlaces,
      to: { dependencyTypes: ["core"], pathNot: `^(node:)?(${pureBuiltins.join("|")})$` },
    },
    {
      name: "pure: imports what is pure",
      comment: "what does no I/O imports nothing of src that does, but for types",
      severity: "error",
      from: purePlaces,
      to: { path: "^src/", pathNot: purePlaces.path, dependencyTypesNot: [...typesAlone] },
    },
    {
      name: "pure: not through a door",
      comment: "the caller hands in what was read",
      severity: "error",
      from: purePlaces,
      to: { path: purePlaces.pathNot },
    },
    {
      name: "node:sqlite",
      comment:
        "src/sqlite/database.ts alone loads it, since the oldest Node that runs the package has it only by an option",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(node:)?sqlite$", dependencyTypesNot: [...typesAlone] },
    },
    {
      name: "no circle",
      comment: "files that import each other, if only types, can be neither read nor changed apart",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no import of what is not there",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Imports of types alone are arrows too.
    tsPreCompilationDeps: true,
    // Nor what a build has left, to which a workspace's name leads where there is one.
    doNotFollow: { path: "node_modules|^packages/[^/]+/dist/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
