/** The three states that REST knows. */
export const restStatuses = ['running', 'completed', 'failed'] as const;
export type RestStatus = (typeof restStatuses)[number];

/** A run that was put off goes on later, one that was abandoned never ended well. */
const statesOf: Record<RestStatus, string[]> = {
  running: ['RUNNING', 'DEFERRED'],
  completed: ['COMPLETED'],
  failed: ['FAILED', 'ABANDONED'],
};

export const statesIn = (status: RestStatus): string[] => statesOf[status];

export const restStatus = (state: string): RestStatus =>
  restStatuses.find((status) => statesOf[status].includes(state)) ?? 'running';
