export const roles = ['all', 'api', 'worker'] as const;

/** What one process of `serve` does: everything, only the API, or only the polling and the projector. */
export type Role = (typeof roles)[number];
