/* eslint-disable */
export const possibleTypes: Record<string, string[]> = {
  "Node": [
    "Anomaly",
    "Coin",
    "Event",
    "Rebuild",
    "RejectedRecord",
    "Run",
    "SchemaDrift",
    "Snapshot",
    "Source"
  ]
};
