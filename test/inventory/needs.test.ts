import { expect, it } from "vitest";
import { bothNeeds, type DirectoryNeeds, NO_NEEDS } from "../../src/inventory/needs.ts";

const one: DirectoryNeeds = {
  permissionSets: ["Reader", "Auditor"],
  permissionSetGroups: ["Desk"],
  publicGroups: ["Sellers"],
  roles: true,
  permissions: ["ViewAllData"],
  appSettings: false,
  identityProviders: false,
};
const other: DirectoryNeeds = {
  permissionSets: ["Reader", "Admin"],
  permissionSetGroups: ["Back_Office"],
  publicGroups: ["Buyers"],
  roles: false,
  permissions: ["ManageUsers"],
  appSettings: true,
  identityProviders: false,
};

it("two that ask get what either asks for, each name once", () => {
  const both: DirectoryNeeds = {
    permissionSets: ["Admin", "Auditor", "Reader"],
    permissionSetGroups: ["Back_Office", "Desk"],
    publicGroups: ["Buyers", "Sellers"],
    roles: true,
    permissions: ["ManageUsers", "ViewAllData"],
    appSettings: true,
    identityProviders: false,
  };
  expect(bothNeeds(one, other)).toEqual(both);
  expect(bothNeeds(other, one)).toEqual(both);
});

it("all permission sets are all, whichever of the two asks for them", () => {
  const all: DirectoryNeeds = { ...NO_NEEDS, permissionSets: "all" };
  expect(bothNeeds(one, all).permissionSets).toBe("all");
  expect(bothNeeds(all, one).permissionSets).toBe("all");
});

it("nothing and nothing is nothing: no query is made for it", () => {
  expect(bothNeeds(NO_NEEDS, NO_NEEDS)).toEqual(NO_NEEDS);
});
