// `npm run lint` runs dependency-cruiser, which looks for its settings here.
export { settings as default } from "./scripts/imports/rules.ts";
