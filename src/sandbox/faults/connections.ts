import type { Fault, FaultSizes } from './fault.ts';

/** Connections that break or fall silent. */
export function connections({ awayMs }: FaultSizes) {
  return {
    refused: {
      about: 'every connection is cut and new ones are refused for some seconds',
      effect: () => ({ kind: 'outage', awayMs }),
    },
    'reset-before-headers': {
      about: 'the connection is reset before the answer',
      effect: () => ({ kind: 'no-answer', end: 'reset' }),
    },
    'reset-mid-body': {
      about: 'the connection is reset after half of the body',
      effect: ({ response }) => ({ kind: 'half-answer', response, end: 'reset' }),
    },
    'stalled-body': {
      about: 'headers and half of the body, then silence',
      effect: ({ response }) => ({ kind: 'half-answer', response, end: 'silence' }),
    },
    silent: {
      about: 'no answer, ever',
      effect: () => ({ kind: 'no-answer', end: 'silence' }),
    },
  } as const satisfies Record<string, Fault>;
}
