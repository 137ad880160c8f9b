/** When grants were first given and last used, alike wherever they are shown; what the values are taken from is the table's. */
export const FIRST_GRANTED = { title: "First granted", kind: "day", nothing: "unknown" } as const;
export const LAST_USED = { title: "Last used", kind: "day", nothing: "no use recorded" } as const;
