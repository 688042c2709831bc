/** Held by the one process that writes the read model. */
export const projectorLease = 'projector';
/** Held by the one process that rebuilds beside it. */
export const rebuildLease = 'rebuild';
