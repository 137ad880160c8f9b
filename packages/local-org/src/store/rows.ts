/** A record: field name → value; datetimes are kept in milliseconds. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Records by the name of their sObject. */
export type Tables = Readonly<Record<string, readonly Row[]>>;
