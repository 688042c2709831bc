/**
 * What a source's settings make of a record that differs from what is known of its feed: take it and learn, refuse
 * the page, refuse the record, or leave the value out.
 */
export const driftModes = ['evolve', 'freeze', 'discard-record', 'discard-value'] as const;
export type DriftMode = (typeof driftModes)[number];
