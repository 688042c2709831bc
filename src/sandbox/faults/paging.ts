import type { Fault } from './fault.ts';
import { entriesIn, entriesOf, pageAsked, withEntries } from './page.ts';

/** Pages that are good by themselves and wrong beside the others. */
export const paging = {
  'empty-first-page': {
    about: 'page 1 is an empty list',
    effect: (exchange) =>
      entriesOf(exchange.response) === null || pageAsked(exchange.request) !== 1
        ? null
        : withEntries(exchange, []),
  },
  'repeated-body': {
    about: "the body of the source's page before, once more",
    effect: ({ response, previous }) =>
      entriesOf(response) === null || previous === null
        ? null
        : { kind: 'answer', response: { ...response, body: previous.body } },
  },
  'coin-on-two-pages': {
    about: 'the last coin of the page before comes again as the first; no other is lost by it',
    effect: (exchange) => {
      const { request, response, previous } = exchange;
      const entries = entriesOf(response);
      if (entries === null || previous === null) return null;
      if (previous.path !== request.path || previous.page !== pageAsked(request) - 1) return null;
      const last = entriesIn(previous.body)?.at(-1);
      return last === undefined ? null : withEntries(exchange, [last, ...entries]);
    },
  },
  'shifting-pages': {
    about: 'a page begins one coin late, so that a coin is on no page',
    effect: (exchange) => {
      const entries = entriesOf(exchange.response);
      if (entries === null || entries.length === 0) return null;
      // As long as before: a short page would mean the end of the list.
      const following = entriesOf(exchange.askPage(pageAsked(exchange.request) + 1)) ?? [];
      return withEntries(exchange, [...entries.slice(1), ...following.slice(0, 1)]);
    },
  },
} as const satisfies Record<string, Fault>;
